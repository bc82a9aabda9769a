from django.urls import path

from accounts import desk

app_name = "accounts"
urlpatterns = [
    path("accesso/ingresso/", desk.landing, name="landing"),
    path("redazione/adesioni/", desk.adhesion_list, name="adhesion-list"),
    path("redazione/adesioni/<int:pk>/", desk.adhesion_detail, name="adhesion-detail"),
    path("redazione/adesioni/<int:pk>/documento/", desk.adhesion_document, name="adhesion-document"),
    path("area-riservata/ente/", desk.colleagues, name="colleagues"),
    path("area-riservata/ente/<int:pk>/togli/", desk.colleague_remove, name="colleague-remove"),
    path("area-riservata/ente/chiavi/", desk.tokens, name="tokens"),
    path("area-riservata/ente/chiavi/<int:pk>/revoca/", desk.token_revoke, name="token-revoke"),
]
