// face_sign_in: the forms that begin a session, change a password, and make the first
// administrator.
//
// no unit test: tests/unit/web/test_face.c writes every page with hostile names.

#include "web/face_text.h"

static void add_refused(struct html *html, const char *refused)
{
    if (refused != NULL) {
        web_face_note(html, "bad", str_of(refused));
    }
}

struct field {
    const char *name;
    const char *key; // its label
    const char *type;
    const char *filled_by; // autocomplete
    const char *value;
    bool first;
    bool optional;
    const char *hint; // a key; NULL: none
};

static void add_field(struct html *html, const struct face *face, const struct field *field)
{
    HTML(html, "<div class=\"field\">\n<label for=\"{}\">{}</label>\n", str_of(field->name),
         web_face_say(face, field->key));
    HTML(html,
         "<input id=\"{}\" name=\"{}\" type=\"{}\" autocomplete=\"{}\" value=\"{}\" "
         "autocapitalize=\"none\" spellcheck=\"false\"",
         str_of(field->name), str_of(field->name), str_of(field->type), str_of(field->filled_by),
         str_of(field->value == NULL ? "" : field->value));
    HTML_TEXT(html, field->optional ? "" : " required");
    HTML_TEXT(html, field->first ? " autofocus" : "");
    if (field->hint != NULL) {
        HTML(html,
             " aria-describedby=\"{}-hint\">\n<p class=\"hint\" id=\"{}-hint\">{}</p>\n</div>\n",
             str_of(field->name), str_of(field->name), web_face_say(face, field->hint));
    } else {
        HTML_TEXT(html, ">\n</div>\n");
    }
}

static void add_button(struct html *html, const struct face *face, const char *key)
{
    HTML(html, "<p><button class=\"first\">{}</button></p>\n</form>\n", web_face_say(face, key));
}

void web_face_sign_in(struct html *html, const struct face *face, const char *next,
                      const char *user, const char *refused)
{
    web_face_open(html, face, "sign-in");
    add_refused(html, refused);
    HTML(html,
         "<form method=\"post\" action=\"/sign-in\" class=\"card sign\">\n"
         "<input type=\"hidden\" name=\"next\" value=\"{}\">\n",
         str_of(next));
    add_field(html, face,
              &(struct field){ .name = "user",
                               .key = "field.user",
                               .type = "text",
                               .filled_by = "username",
                               .value = user,
                               .first = user[0] == '\0' });
    add_field(html, face,
              &(struct field){ .name = "password",
                               .key = "field.password",
                               .type = "password",
                               .filled_by = "current-password",
                               .first = user[0] != '\0' });
    add_button(html, face, "sign-in");
    web_face_close(html, face);
}

void web_face_password(struct html *html, const struct face *face, bool must_change,
                       const char *refused)
{
    web_face_open(html, face, "person.set-password");
    if (must_change) {
        web_face_note(html, "warn", web_face_say(face, "password.must-change"));
    }
    add_refused(html, refused);
    HTML_TEXT(html, "<form method=\"post\" action=\"/password\" class=\"card sign\">\n");
    web_face_csrf(html, face);
    add_field(html, face,
              &(struct field){ .name = "old",
                               .key = "field.old_password",
                               .type = "password",
                               .filled_by = "current-password",
                               .first = true });
    add_field(html, face,
              &(struct field){ .name = "secret",
                               .key = "field.new_password",
                               .type = "password",
                               .filled_by = "new-password",
                               .hint = "hint.password" });
    add_button(html, face, "person.set-password");
    web_face_close(html, face);
}

void web_face_setup(struct html *html, const struct face *face, const struct face_setup *typed)
{
    web_face_open(html, face, "setup.title");
    HTML(html, "<p>{}</p>\n", web_face_say(face, "setup.why"));
    add_refused(html, typed->refused);
    HTML_TEXT(html, "<form method=\"post\" action=\"/setup\" class=\"card sign\">\n");
    add_field(html, face,
              &(struct field){ .name = "token",
                               .key = "field.token",
                               .type = "text",
                               .filled_by = "off",
                               .value = typed->token,
                               .first = typed->token[0] == '\0',
                               .hint = "hint.token" });
    add_field(html, face,
              &(struct field){ .name = "user",
                               .key = "field.user",
                               .type = "text",
                               .filled_by = "username",
                               .value = typed->user,
                               .first = typed->token[0] != '\0' });
    add_field(html, face,
              &(struct field){ .name = "full_name",
                               .key = "field.full_name",
                               .type = "text",
                               .filled_by = "name",
                               .value = typed->full_name,
                               .optional = true });
    add_field(html, face,
              &(struct field){ .name = "password",
                               .key = "field.new_password",
                               .type = "password",
                               .filled_by = "new-password",
                               .hint = "hint.password" });
    add_button(html, face, "setup.make");
    web_face_close(html, face);
}
