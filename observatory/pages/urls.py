from django.urls import path

from observatory.pages import gallery, statistics, texts

app_name = "pages"
urlpatterns = [
    path("accessibilita/", texts.accessibility, name="accessibility"),
    path("privacy/", texts.privacy, name="privacy"),
    path("note-legali/", texts.legal, name="legal"),
    path("assistenza/", texts.help_page, name="help"),
    path("domande-frequenti/", texts.questions, name="questions"),
    path("metodo/", texts.method, name="method"),
    path("per-i-comuni/", texts.for_municipalities, name="for-municipalities"),
    path("componenti/", gallery.components, name="components"),
    path("statistiche/", statistics.statistics, name="statistics"),
    path("mappa-del-sito/", texts.site_map, name="site-map"),
]
