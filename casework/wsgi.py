"""The web server's way in."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casework.settings")
application = get_wsgi_application()
# What is loaded by now stays as long as the process: the collector of garbage need not walk it with every few requests.
gc.collect()
gc.freeze()
