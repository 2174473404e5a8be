// Paths match exactly; what is not in the table is not there; every row makes sense.
#include "web/api.h"
#include "web/field.h"
#include "web/route.h"

#include "lib/tap.h"
#include "wire/calls.h"
#include <stdio.h>

static void test_find(void)
{
    struct web_match match;
    web_route_find(STR("GET"), STR("/api/v1/people/mary"), &match);
    CHECK(match.route != NULL && strcmp(match.route->pattern, "/api/v1/people/{name}") == 0);
    CHECK_STR(web_match_get(&match, STR("name")), "mary");
    CHECK(web_match_get(&match, STR("other")).len == 0);
    web_route_find(STR("HEAD"), STR("/jobs"), &match);
    CHECK(match.route != NULL);
    static const char *const unknown[] = {
        "/x",
        "/api",
        "/api/v1",
        "/api/v1/people/",
        "/api/v1/people/a/b",
        "/jobs/",
        "/admin/",
        "/API/v1/people",
        "/api/v1//people",
        "/a/",
        "",
        "/station/a/b",
        "/api/v1/payers/code/",
    };
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        web_route_find(STR("GET"), str_of(unknown[i]), &match);
        tap_result(match.route == NULL && match.allowed_count == 0, unknown[i], __FILE__, __LINE__);
    }
    web_route_find(STR("DELETE"), STR("/api/v1/people"), &match);
    CHECK(match.route == NULL && match.allowed_count == 2);
    web_route_find(STR("GET"), STR("/api/v1/payers/code/acme/2026-17"), &match);
    CHECK(match.route != NULL);
    CHECK_STR(web_match_get(&match, STR("name")), "acme/2026-17");
    CHECK_STR(web_match_get(&match, STR("kind")), "code");
    CHECK(web_route_is_api(STR("/api/v1/x")) && !web_route_is_api(STR("/apix")));
}

static bool is_subject(const char *scope)
{
    static const char *const subjects[] = {
#define SCOPE(subject) subject,
#include "model/scope.tbl.h"
#undef SCOPE
    };
    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
        if (strcmp(subjects[i], scope) == 0) {
            return true;
        }
    }
    return false;
}

// What a row changes must be guarded; what it does not change need not be.
static void test_rows(void)
{
    for (size_t i = 0; i < web_route_count; i++) {
        const struct web_route *route = &web_routes[i];
        char what[160];
        (void)snprintf(what, sizeof(what), "%s %s", route->method, route->pattern);
        bool reads = strcmp(route->method, "GET") == 0;
        tap_result(reads == (route->csrf == WEB_CSRF_NONE), what, __FILE__, __LINE__);
        tap_result(!reads || route->body == WEB_BODY_NONE, what, __FILE__, __LINE__);
        tap_result(route->scope == NULL || is_subject(route->scope), what, __FILE__, __LINE__);
        // Without a token in the request only before a session, and at stations.
        bool early = (route->who & (WEB_PUBLIC | WEB_STATION)) != 0;
        tap_result(route->csrf != WEB_CSRF_ORIGIN || early, what, __FILE__, __LINE__);
        // A form whose file is taken piece by piece brings its token before the file.
        bool file_form = route->body == WEB_BODY_FILE && route->scope == NULL;
        tap_result((route->csrf == WEB_CSRF_FORM) == file_form, what, __FILE__, __LINE__);
        tap_result(route->who != 0 && strlen(route->title) > 3, what, __FILE__, __LINE__);
        for (size_t j = 0; j < i; j++) {
            if (strcmp(web_routes[j].method, route->method) == 0 &&
                strcmp(web_routes[j].pattern, route->pattern) == 0) {
                tap_result(false, what, __FILE__, __LINE__);
            }
        }
    }
}

static const ProtobufCFieldDescriptor *field_of(const ProtobufCMessageDescriptor *message,
                                                struct str name)
{
    char text[80];
    const char *dot = memchr(name.ptr, '.', name.len);
    if (dot != NULL) {
        struct str first = { name.ptr, (size_t)(dot - name.ptr) };
        const ProtobufCFieldDescriptor *outer = field_of(message, first);
        struct str rest = { dot + 1, name.len - first.len - 1 };
        return outer == NULL ? NULL : field_of(outer->descriptor, rest);
    }
    (void)snprintf(text, sizeof(text), "%.*s", (int)name.len, name.ptr);
    return protobuf_c_message_descriptor_get_field_by_name(message, text);
}

static bool option_fits(const struct web_route *route, const char *name,
                        const ProtobufCMessageDescriptor *message)
{
    struct str fields = web_map_option(route->map, name);
    while (fields.len > 0 && fields.ptr[0] != '.') {
        const char *comma = memchr(fields.ptr, ',', fields.len);
        struct str one = { fields.ptr, comma == NULL ? fields.len : (size_t)(comma - fields.ptr) };
        fields.ptr += one.len + (comma != NULL ? 1 : 0);
        fields.len -= one.len + (comma != NULL ? 1 : 0);
        if (field_of(message, one) == NULL) {
            return false;
        }
    }
    return fields.len == 0 ||
           field_of(message, (struct str){ fields.ptr + 1, fields.len - 1 }) != NULL;
}

static void test_maps(void)
{
    for (size_t i = 0; i < web_route_count; i++) {
        const struct web_route *route = &web_routes[i];
        char what[200];
        (void)snprintf(what, sizeof(what), "map of %s %s", route->method, route->pattern);
        if (route->call == NULL) {
            continue;
        }
        const struct wire_kind *kind = wire_kind_find(str_of(route->call));
        tap_result(kind != NULL && (kind->roles & ROLE_WEB) != 0, what, __FILE__, __LINE__);
        if (kind == NULL) {
            continue;
        }
        // A condition is the engine's to see to, in the turn that writes.
        tap_result(!web_route_has_condition(route) || (kind->flags & CALL_SEEN) != 0, what,
                   __FILE__, __LINE__);
        const char *map = route->map;
        struct str field;
        struct str source;
        while (web_map_next(&map, &field, &source)) {
            tap_result(field_of(kind->request, field) != NULL, what, __FILE__, __LINE__);
        }
        struct str items = web_map_option(route->map, "items");
        const ProtobufCFieldDescriptor *list = items.len == 0 ? NULL : field_of(kind->reply, items);
        tap_result(items.len == 0 || (list != NULL && list->label == PROTOBUF_C_LABEL_REPEATED),
                   what, __FILE__, __LINE__);
        struct str next = web_map_option(route->map, "next");
        if (next.len > 0 && list != NULL) {
            tap_result(
                option_fits(route, "next", next.ptr[0] == '.' ? kind->reply : list->descriptor),
                what, __FILE__, __LINE__);
            bool after = web_map_option(route->map, "after").ptr != NULL;
            tap_result(after ? option_fits(route, "after", kind->request)
                             : field_of(kind->request, STR("after")) != NULL,
                       what, __FILE__, __LINE__);
        }
        tap_result(option_fits(route, "body", kind->request) &&
                       option_fits(route, "own", kind->reply) &&
                       option_fits(route, "put", kind->reply),
                   what, __FILE__, __LINE__);
        // Every parameter of the path is a field, or the map says what it is.
        bool thing = web_map_option(route->map, "thing").ptr != NULL;
        for (const char *at = strchr(route->pattern, '{'); at != NULL; at = strchr(at + 1, '{')) {
            struct str name = { at + 1, strcspn(at + 1, "*}") };
            bool known = thing || str_eq(name, STR("engine")) ||
                         str_eq(web_map_option(route->map, "pick"), name) ||
                         field_of(kind->request, name) != NULL;
            char mapped[80];
            (void)snprintf(mapped, sizeof(mapped), "={%.*s}", (int)name.len, name.ptr);
            tap_result(known || strstr(route->map, mapped) != NULL, what, __FILE__, __LINE__);
        }
    }
}

int main(void)
{
    test_find();
    test_rows();
    test_maps();
    CHECK(web_role_find("administrator") == WEB_ADMINISTRATOR && web_role_find("root") == 0);
    CHECK(strcmp(web_role_name(WEB_DESK), "desk") == 0);
    return tap_done();
}
