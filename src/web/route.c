// route: see route.h. The rows are looked through in order; a literal segment comes before a
// parameter because its row stands first.

#include "web/route.h"

#include "http/head.h"
#include "web/handlers.h"

const struct web_route web_routes[] = {
#define ROUTE(method, pattern, who, csrf, body, rate, scope, handler, call, map, title)            \
    { #method,                                                                                     \
      pattern,                                                                                     \
      (who),                                                                                       \
      WEB_CSRF_##csrf,                                                                             \
      WEB_BODY_##body,                                                                             \
      WEB_RATE_##rate,                                                                             \
      scope,                                                                                       \
      web_do_##handler,                                                                            \
      #handler,                                                                                    \
      call,                                                                                        \
      map,                                                                                         \
      title },
#include "web/routes.tbl.h"
#undef ROUTE
};
const size_t web_route_count = sizeof(web_routes) / sizeof(web_routes[0]);

static struct str next_segment(struct str *path)
{
    const char *slash = path->len == 0 ? NULL : memchr(path->ptr, '/', path->len);
    struct str segment = { path->ptr, slash == NULL ? path->len : (size_t)(slash - path->ptr) };
    size_t used = slash == NULL ? path->len : segment.len + 1;
    path->ptr += used;
    path->len -= used;
    return segment;
}

static void match_add(struct web_match *match, struct str name, struct str value)
{
    if (match->count < WEB_PARAMS_MAX) {
        match->names[match->count] = name.ptr;
        match->name_lens[match->count] = name.len;
        match->values[match->count++] = value;
    }
}

bool web_route_fits(const char *pattern, struct str path, struct web_match *match)
{
    struct str want = str_of(pattern);
    match->count = 0;
    if (str_eq(want, path)) {
        return true;
    }
    if (memchr(want.ptr, '{', want.len) == NULL || path.len == 0) {
        return false;
    }
    want.ptr++;
    want.len--;
    path.ptr++;
    path.len--;
    while (want.len > 0) {
        struct str rest = path;
        struct str segment = next_segment(&want);
        struct str given = next_segment(&path);
        if (segment.len < 2 || segment.ptr[0] != '{') {
            if (!str_eq(segment, given)) {
                return false;
            }
        } else if (segment.ptr[segment.len - 2] == '*') {
            match_add(match, (struct str){ segment.ptr + 1, segment.len - 3 }, rest);
            return rest.len > 0;
        } else if (given.len == 0) {
            return false;
        } else {
            match_add(match, (struct str){ segment.ptr + 1, segment.len - 2 }, given);
        }
        bool slash_wanted = want.ptr[-1] == '/';
        bool slash_given = path.ptr[-1] == '/';
        if (slash_wanted != slash_given || (want.len > 0) != (path.len > 0)) {
            return false; // "/people/" is not "/people"
        }
    }
    return path.len == 0;
}

void web_route_find(struct str method, struct str path, struct web_match *match)
{
    struct str asked = str_eq(method, STR("HEAD")) ? STR("GET") : method;
    struct web_match found;
    *match = (struct web_match){ .route = NULL };
    for (size_t i = 0; i < web_route_count; i++) {
        const struct web_route *route = &web_routes[i];
        if (!web_route_fits(route->pattern, path, &found)) {
            continue;
        }
        if (str_eq(str_of(route->method), asked)) {
            found.route = route;
            found.allowed_count = 0;
            *match = found;
            return;
        }
        if (match->allowed_count < WEB_METHODS_MAX) {
            match->allowed[match->allowed_count++] = route->method;
        }
    }
}

const struct web_route *web_route_beside(const struct web_route *route, const char *method)
{
    for (size_t i = 0; i < web_route_count; i++) {
        if (strcmp(web_routes[i].pattern, route->pattern) == 0 &&
            strcmp(web_routes[i].method, method) == 0) {
            return &web_routes[i];
        }
    }
    return NULL;
}

bool web_route_is_api(struct str path)
{
    static const char prefix[] = "/api/";
    return path.len >= sizeof(prefix) - 1 && memcmp(path.ptr, prefix, sizeof(prefix) - 1) == 0;
}

struct str web_match_get(const struct web_match *match, struct str name)
{
    for (size_t i = 0; i < match->count; i++) {
        if (str_eq((struct str){ match->names[i], match->name_lens[i] }, name)) {
            return match->values[i];
        }
    }
    return (struct str){ "", 0 };
}

static const struct {
    const char *name;
    unsigned bit;
} web_role_names[] = {
    { "person", WEB_PERSON },   { "administrator", WEB_ADMINISTRATOR },
    { "desk", WEB_DESK },       { "finance", WEB_FINANCE },
    { "auditor", WEB_AUDITOR }, { "device-manager", WEB_DEVICE_MANAGER },
    { "public", WEB_PUBLIC },   { "station", WEB_STATION },
};

unsigned web_role_find(const char *name)
{
    for (size_t i = 0; i < sizeof(web_role_names) / sizeof(web_role_names[0]); i++) {
        if (strcmp(web_role_names[i].name, name) == 0) {
            return web_role_names[i].bit;
        }
    }
    return 0;
}

const char *web_role_name(unsigned bit)
{
    for (size_t i = 0; i < sizeof(web_role_names) / sizeof(web_role_names[0]); i++) {
        if (web_role_names[i].bit == bit) {
            return web_role_names[i].name;
        }
    }
    return "";
}

bool web_route_has_condition(const struct web_route *route)
{
    const struct web_route *there = web_route_beside(route, "GET");
    bool single = strcmp(route->method, "PUT") == 0 || strcmp(route->method, "PATCH") == 0 ||
                  strcmp(route->method, "DELETE") == 0;
    return single && route->call != NULL && there != NULL && there->call != NULL;
}
