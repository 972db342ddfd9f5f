"""The WSGI application that ``qingyuan web`` serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qingyuan.project.settings")
application = get_wsgi_application()
