"""Serializers for accounts."""

from rest_framework import serializers

from accounts.models import User


class CredentialsSerializer(serializers.Serializer[User]):
    """A user name and a password."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=128, write_only=True, trim_whitespace=False)


class UserSerializer(serializers.ModelSerializer[User]):
    """The signed-in user."""

    class Meta:
        model = User
        fields = ["id", "username", "email", "is_staff"]
        read_only_fields = fields


class CsrfSerializer(serializers.Serializer[User]):
    """The token that every unsafe request must repeat in the header `X-CSRFToken`."""

    token = serializers.CharField(read_only=True)
