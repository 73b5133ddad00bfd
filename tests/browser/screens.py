"""The browser and the two sizes of screen that everything is looked at in."""

from pathlib import Path

CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None)
WIDE, NARROW = (1440, 900), (360, 780)
