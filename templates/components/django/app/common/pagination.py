"""Pages of lists."""

from rest_framework.pagination import PageNumberPagination


class Pagination(PageNumberPagination):
    """Twenty per page unless `page_size` asks for another number."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
