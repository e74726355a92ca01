// The little that markup and htmx cannot do: see each function.
"use strict";
