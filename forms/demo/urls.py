"""The one address of the demo."""

from django.urls import path

from . import views

urlpatterns = [path("demo-inloggning/", views.demo_login, name="demo_login")]
