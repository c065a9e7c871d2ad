"""The web application. Doors (`patients`, `clinicians`, `service`) above stores (`journey` ... `audit`)."""
