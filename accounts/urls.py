"""Pages for signing in and registering, and the few of allauth's that officers use."""

from allauth.account import views as allauth_views
from django.urls import include, path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("signin/", views.signin, name="signin"),
    path("signin/code/", views.signin_code, name="signin_code"),
    path("signin/again/", views.signin_again, name="signin_again"),
    path("register/", views.register_page, name="register"),
    path("care/", views.care, name="care"),
]

# allauth's pages by its own names, for `accounts/`: what is not listed cannot be reached.
officers = [
    path("login/", allauth_views.login, name="account_login"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("2fa/", include("allauth.mfa.urls")),
]
