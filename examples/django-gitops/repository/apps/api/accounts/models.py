"""People who log in."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A model of our own from the first migration on: replacing Django's later is hard."""
