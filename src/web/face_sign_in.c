// face_sign_in: the forms that begin a session, change a password, and make the first
// administrator.
//
// no unit test: tests/unit/web/test_face.c writes every page with hostile names.

#include "web/face.h"

static void add_refused(struct html *html, const char *refused)
{
    if (refused != NULL) {
        HTML(html, "<p role=\"alert\">{}</p>\n", str_of(refused));
    }
}

void web_face_sign_in(struct html *html, const struct face *face, const char *next,
                      const char *user, const char *refused)
{
    web_face_open(html, face, "Sign in");
    add_refused(html, refused);
    HTML(html,
         "<form method=\"post\" action=\"/sign-in\">\n"
         "<input type=\"hidden\" name=\"next\" value=\"{}\">\n"
         "<p><label>User <input name=\"user\" autocomplete=\"username\" required autofocus "
         "value=\"{}\"></label></p>\n"
         "<p><label>Password <input name=\"password\" type=\"password\" "
         "autocomplete=\"current-password\" required></label></p>\n"
         "<p><button>Sign in</button></p>\n</form>\n",
         str_of(next), str_of(user));
    web_face_close(html, face);
}

void web_face_password(struct html *html, const struct face *face, bool must_change,
                       const char *refused)
{
    web_face_open(html, face, "Change the password");
    if (must_change) {
        HTML_TEXT(html, "<p>Choose a password of your own before you go on.</p>\n");
    }
    add_refused(html, refused);
    HTML(html,
         "<form method=\"post\" action=\"/password\">\n"
         "<input type=\"hidden\" name=\"csrf\" value=\"{}\">\n"
         "<p><label>Password of now <input name=\"old\" type=\"password\" "
         "autocomplete=\"current-password\" required></label></p>\n"
         "<p><label>New password <input name=\"secret\" type=\"password\" "
         "autocomplete=\"new-password\" required minlength=\"10\"></label></p>\n"
         "<p><button>Change it</button></p>\n</form>\n",
         str_of(face->csrf));
    web_face_close(html, face);
}

void web_face_setup(struct html *html, const struct face *face, const char *token,
                    const char *refused)
{
    web_face_open(html, face, "The first administrator");
    add_refused(html, refused);
    HTML(html,
         "<form method=\"post\" action=\"/setup\">\n"
         "<p><label>Token <input name=\"token\" autocomplete=\"off\" required value=\"{}\">"
         "</label></p>\n"
         "<p><label>User <input name=\"user\" autocomplete=\"username\" required></label></p>\n"
         "<p><label>Full name <input name=\"full_name\" autocomplete=\"name\"></label></p>\n"
         "<p><label>Password <input name=\"password\" type=\"password\" "
         "autocomplete=\"new-password\" required minlength=\"10\"></label></p>\n"
         "<p><button>Make the administrator</button></p>\n</form>\n",
         str_of(token));
    web_face_close(html, face);
}
