"""Django form classes of the app."""

from django import forms


class ContactSearchForm(forms.Form):
    """The one box that searches everything, and which page of what was found."""

    q = forms.CharField(label="Sök kontakt", required=False, max_length=100, empty_value="")
    sida = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
