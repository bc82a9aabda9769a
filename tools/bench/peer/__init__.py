"""What anyone would build first over the same rows: plain models, Django REST framework, django-filter."""
