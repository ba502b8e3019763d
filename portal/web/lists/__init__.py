"""Lists: one component for all. See components/README.md."""

from portal.web.lists.bulk import Bulk, BulkAction, BulkForm, RowKey
from portal.web.lists.listing import Filter, FilterSpec, Heading, Listing, Offer, Options, Pager, Tab, parse_day
from portal.web.lists.spec import Column, Empty, ListSpec, Source, declare, declared, open_to
from portal.web.lists.view import ListView, list_page, open_list, see_list

__all__ = [
    "Bulk",
    "BulkAction",
    "BulkForm",
    "Column",
    "Empty",
    "Filter",
    "FilterSpec",
    "Heading",
    "ListSpec",
    "ListView",
    "Listing",
    "Offer",
    "Options",
    "Pager",
    "RowKey",
    "Source",
    "Tab",
    "declare",
    "declared",
    "list_page",
    "open_list",
    "open_to",
    "parse_day",
    "see_list",
]
