"""User accounts."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A custom user model from the first migration: swapping Django's later is hard."""
