"""Joins the URL patterns of all apps by audience: `public`, `officer`, `desk`, and files.

Features stand before projects: `progetti/<code>/<slug>/`, a step of the form, matches their paths too.
"""

from django.urls import path

from accounts import urls as accounts
from cards import urls as cards
from cities import urls as cities
from feedback import urls as feedback
from following import urls as following
from imports import urls as imports
from municipalities import urls as municipalities
from observatory.desk import dashboard, register
from observatory.pages import home, search
from opendata import urls as opendata
from projects import urls as projects
from protocols import urls as protocols
from reuse import urls as reuse
from suitability import urls as suitability

PUBLIC = [
    path("", home.home, name="home"),
    path("cerca/", search.search, name="search"),
    *reuse.PUBLIC,
    *suitability.PUBLIC,
    *cities.PUBLIC,
    *feedback.PUBLIC,
    *following.PUBLIC,
    *imports.PUBLIC,
    *cards.PUBLIC,
    *municipalities.PUBLIC,
]
OFFICE = [
    *accounts.OFFICE,
    *reuse.OFFICE,
    *cities.OFFICE,
    *feedback.OFFICE,
    *imports.OFFICE,
    *projects.OFFICE,
]
DESK = [
    path("cruscotto/", dashboard.dashboard, name="dashboard"),
    path("cruscotto/<slug:key>.csv", dashboard.table_file, name="dashboard-file"),
    path("registro/", register.register, name="register"),
    *protocols.DESK,
    *accounts.DESK,
    *opendata.DESK,
    *reuse.DESK,
    *feedback.DESK,
    *cities.DESK,
    *projects.DESK,
]
FILES = [*reuse.FILES, *cards.FILES, *opendata.FILES]
