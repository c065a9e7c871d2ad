"""The pages that read what the night stored: /service/ for leads, a few for physiotherapists and patients."""

urlpatterns = []
