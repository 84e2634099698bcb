@% set One = params.noun | pascal %@
"""@{ params.noun | plural | title }@ in the admin, read-only."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from .models import @{ One }@

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[@{ One }@]
else:
    ModelAdmin = admin.ModelAdmin


@admin.register(@{ One }@)
class @{ One }@Admin(ModelAdmin):
    list_display = ["title", "owner", "status", "attempts", "created_at"]
    list_filter = ["status"]
    list_select_related = ["owner"]
    search_fields = ["title", "owner__username"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self,
        request: HttpRequest,
        obj: @{ One }@ | None = None,
    ) -> bool:
        return False

    def has_delete_permission(
        self,
        request: HttpRequest,
        obj: @{ One }@ | None = None,
    ) -> bool:
        return False
