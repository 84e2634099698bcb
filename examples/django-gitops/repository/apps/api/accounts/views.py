"""Session endpoints: login, logout, current user."""

from django.contrib.auth import authenticate, login, logout
from django.middleware.csrf import get_token
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.serializers import CredentialsSerializer, CsrfSerializer, UserSerializer
from common.limits import AnonymousThrottle, LoginThrottle


def user_of(request: Request) -> User:
    """The authenticated user; for views whose permission classes require one."""
    if not isinstance(request.user, User):
        raise TypeError("the view lets in requests without a user")
    return request.user


class CsrfView(APIView):
    """Returns the CSRF token and sets its cookie."""

    permission_classes = [AllowAny]

    @extend_schema(operation_id="csrf", responses=CsrfSerializer)
    def get(self, request: Request) -> Response:
        return Response({"token": get_token(request)})


# DRF checks CSRF only for authenticated sessions, so the login has to ask for it.
@method_decorator(csrf_protect, name="dispatch")
class LoginView(APIView):
    """Start a session."""

    permission_classes = [AllowAny]
    throttle_classes = [AnonymousThrottle, LoginThrottle]

    @extend_schema(operation_id="login", request=CredentialsSerializer, responses=UserSerializer)
    def post(self, request: Request) -> Response:
        credentials = CredentialsSerializer(data=request.data)
        credentials.is_valid(raise_exception=True)
        # Takes as long for an unknown user, so timing doesn't reveal which accounts exist.
        user = authenticate(request, **credentials.validated_data)
        if user is None:
            raise AuthenticationFailed("The user name or the password is wrong.")
        LoginThrottle().succeeded(request)
        login(request, user)
        return Response(UserSerializer(user).data)


class LogoutView(APIView):
    """End the session."""

    @extend_schema(operation_id="logout", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        logout(request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(APIView):
    """The signed-in user."""

    @extend_schema(operation_id="me", responses=UserSerializer)
    def get(self, request: Request) -> Response:
        return Response(UserSerializer(user_of(request)).data)
