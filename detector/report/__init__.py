"""What people read: the findings table, one alert's story, and the page to forward.

All three are drawn from `schemas.alert.Alert` alone, so what a SIEM holds is enough to draw them.
Log values are written by whoever is being watched: they pass `words.plain` on their way to a
terminal and `markup.element` on their way to a page.
"""
