"""autarky: if imports stop, what stops, when, why, and what does it do to people?"""
