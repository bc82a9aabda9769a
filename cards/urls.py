from django.urls import path

from cards.pages import areas, card, feeds, files, listing, suggestions

PUBLIC = [
    path("progetti/", listing.card_list, name="card-list"),
    path("progetti/<str:slug>/", card.card_detail, name="card-detail"),
    path("progetti/<str:slug>/scheda.json", card.card_json, name="card-json"),
    path("progetti/<str:slug>/scheda.pdf", card.card_pdf, name="card-pdf"),
    path("progetti/<str:slug>/immagine.png", card.card_image, name="card-image"),
    path("progetti/<str:slug>/versioni/", card.card_versions, name="card-versions"),
    path("progetti/<str:slug>/versioni/<int:number>/", card.card_version, name="card-version"),
    path(
        "progetti/<str:slug>/versioni/<int:number>/confronta/<int:other>/",
        card.card_compare_editions,
        name="card-compare-editions",
    ),
    path("aree/", areas.area_list, name="area-list"),
    path("aree/<slug:slug>/", areas.area_detail, name="area-detail"),
    path("cerca/suggerimenti", suggestions.suggestions, name="suggestions"),
    path("mappa/", listing.map_page, name="map"),
    path("mappa/punti.geojson", listing.points, name="points"),
    path("mappa/confini/<str:key>.geojson", listing.boundaries, name="boundaries"),
    path("feed/progetti.atom", feeds.CardFeed(), name="card-feed"),
]
# Files have one address, whatever the language of the page.
FILES = [path("documenti/<int:pk>/", files.document_file, name="document-file")]
