// openapi: the description of the programming interface (OpenAPI 3.1), made from the route table
// and the protocol's descriptors when it is first asked for: it cannot say anything else than they
// do.
//
// no unit test: tests/it/test_web_openapi.py calls every path that it names, and provokes every
// error.

#include "web/api.h"
#include "web/field.h"
#include "web/openapi_int.h"
#include "web/web_int.h"
#include "wire/calls.h"
#include <stdio.h>

static bool is_first_of_pattern(size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (strcmp(web_routes[i].pattern, web_routes[at].pattern) == 0) {
            return false;
        }
    }
    return true;
}

static const ProtobufCFieldDescriptor *field_of(const ProtobufCMessageDescriptor *message,
                                                struct str name)
{
    char text[64];
    (void)snprintf(text, sizeof(text), "%.*s", (int)name.len, name.ptr);
    return protobuf_c_message_descriptor_get_field_by_name(message, text);
}

// --- parameters ---------------------------------------------------------------------------------

static void parameter(struct openapi *api, const char *in, struct str name, bool required,
                      const ProtobufCMessageDescriptor *message,
                      const ProtobufCFieldDescriptor *field)
{
    struct json *json = &api->json;
    json_object(json);
    json_key(json, "name");
    json_str(json, name);
    json_text_field(json, "in", in);
    json_bool_field(json, "required", required);
    json_key(json, "schema");
    if (field != NULL) {
        web_openapi_field(api, message, field, true);
    } else {
        json_object(json);
        json_text_field(json, "type", "string");
        json_end(json);
    }
    json_end(json);
}

static void path_parameters(struct openapi *api, const struct web_route *route,
                            const struct wire_kind *kind)
{
    for (const char *at = strchr(route->pattern, '{'); at != NULL; at = strchr(at + 1, '{')) {
        struct str name = { at + 1, strcspn(at + 1, "*}") };
        const ProtobufCFieldDescriptor *field = kind == NULL ? NULL : field_of(kind->request, name);
        parameter(api, "path", name, true, kind == NULL ? NULL : kind->request, field);
    }
}

static bool is_scalar(const ProtobufCMessageDescriptor *message,
                      const ProtobufCFieldDescriptor *field)
{
    return field->type != PROTOBUF_C_TYPE_MESSAGE &&
           web_field_sort(message, field) != WEB_SORT_HIDDEN &&
           field->type != PROTOBUF_C_TYPE_BYTES;
}

// Whether the row says this field by itself, also under the name of its cursor.
static bool is_said(const struct web_route *route, struct str name)
{
    struct str cursor = web_map_option(route->map, "after");
    const char *map = route->map;
    struct str field;
    struct str source;
    while (web_map_next(&map, &field, &source)) {
        if (str_eq(field, name)) {
            return true;
        }
    }
    for (const char *at = route->pattern; (at = strchr(at, '{')) != NULL; at++) {
        if (str_eq((struct str){ at + 1, strcspn(at + 1, "*}") }, name)) {
            return true;
        }
    }
    return cursor.len > 0 && memmem(cursor.ptr, cursor.len, name.ptr, name.len) != NULL;
}

static void query_parameters(struct openapi *api, const struct web_route *route,
                             const struct wire_kind *kind)
{
    bool lists = web_map_option(route->map, "items").ptr != NULL &&
                 web_map_option(route->map, "pick").ptr == NULL;
    const ProtobufCMessageDescriptor *message = kind->request;
    for (unsigned i = 0; route->body == WEB_BODY_NONE && i < message->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->fields[i];
        struct str name = str_of(field->name);
        if (is_scalar(message, field) && !is_said(route, name) &&
            !(lists && str_eq(name, STR("after")))) {
            parameter(api, "query", name, false, message, field);
        }
    }
    if (lists && route->body == WEB_BODY_NONE && web_map_option(route->map, "next").ptr != NULL) {
        parameter(api, "query", STR("after"), false, NULL, NULL);
    }
    if (strcmp(kind->engine, "dre") == 0 && strstr(route->pattern, "{engine}") == NULL) {
        parameter(api, "query", STR("engine"), false, NULL, NULL);
    }
    const char *map = route->map;
    struct str field;
    struct str source;
    while (web_map_next(&map, &field, &source)) {
        if (source.ptr[0] == '?') {
            parameter(api, "query", (struct str){ source.ptr + 1, source.len - 1 }, false, NULL,
                      NULL);
        }
    }
}

// Of handlers that are not one call.
static const struct {
    const char *handler;
    const char *names[7];
} queries[] = {
    { "preview", { "page", "width" } },
    { "preview_of_any", { "page", "width" } },
    { "send_file", { "queue", "name", "copies", "sides", "color_mode", "engine" } },
};

static void own_parameters(struct openapi *api, const struct web_route *route)
{
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        if (strcmp(queries[i].handler, route->handler) != 0) {
            continue;
        }
        for (size_t j = 0; queries[i].names[j] != NULL; j++) {
            bool needed = strcmp(queries[i].names[j], "queue") == 0 ||
                          strcmp(queries[i].names[j], "name") == 0;
            parameter(api, "query", str_of(queries[i].names[j]), needed, NULL, NULL);
        }
    }
}

static void parameters(struct openapi *api, const struct web_route *route,
                       const struct wire_kind *kind)
{
    struct json *json = &api->json;
    json_key(json, "parameters");
    json_array(json);
    path_parameters(api, route, kind);
    if (kind != NULL) {
        query_parameters(api, route, kind);
    }
    own_parameters(api, route);
    if (route->csrf != WEB_CSRF_NONE) {
        parameter(api, "header", STR("Idempotency-Key"), false, NULL, NULL);
    }
    if (web_route_has_condition(route)) {
        parameter(api, "header", STR("If-Match"), false, NULL, NULL);
    }
    json_end(json);
}

// --- bodies -------------------------------------------------------------------------------------

static void content_begin(struct json *json, const char *type)
{
    json_key(json, "content");
    json_object(json);
    json_key(json, type);
    json_object(json);
    json_key(json, "schema");
}

static void content_end(struct json *json)
{
    json_end(json);
    json_end(json);
}

static void any_object(struct json *json)
{
    json_object(json);
    json_text_field(json, "type", "object");
    json_end(json);
}

static void request_body(struct openapi *api, const struct web_route *route,
                         const struct wire_kind *kind)
{
    struct json *json = &api->json;
    struct str in = web_map_option(route->map, "body");
    if (route->body == WEB_BODY_NONE) {
        return;
    }
    json_key(json, "requestBody");
    json_object(json);
    if (route->body == WEB_BODY_FILE) {
        content_begin(json, "application/pdf");
        json_object(json);
        json_end(json);
    } else {
        content_begin(json, "application/json");
        if (kind == NULL || web_map_option(route->map, "thing").ptr != NULL) {
            any_object(json);
        } else {
            const ProtobufCFieldDescriptor *field =
                in.ptr == NULL ? NULL : field_of(kind->request, in);
            web_openapi_object(api, field == NULL ? kind->request : field->descriptor, route);
        }
    }
    content_end(json);
    json_end(json);
}

static void list_schema(struct openapi *api, const struct web_route *route,
                        const struct wire_kind *kind, const ProtobufCFieldDescriptor *items)
{
    struct json *json = &api->json;
    struct str next = web_map_option(route->map, "next");
    json_object(json);
    json_text_field(json, "type", "object");
    json_bool_field(json, "additionalProperties", false);
    json_key(json, "required");
    json_array(json);
    json_str(json, STR("items"));
    json_end(json);
    json_key(json, "properties");
    json_object(json);
    json_key(json, "items");
    web_openapi_field(api, kind->reply, items, true);
    static const char *const texts[] = { "next", "engine" };
    for (size_t i = 0; i < 2; i++) {
        json_key(json, texts[i]);
        json_object(json);
        json_text_field(json, "type", "string");
        json_end(json);
    }
    for (unsigned i = 0; i < kind->reply->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &kind->reply->fields[i];
        bool cursor = next.len > 1 && next.ptr[0] == '.' &&
                      str_eq((struct str){ next.ptr + 1, next.len - 1 }, str_of(field->name));
        if (field != items && !cursor && strcmp(field->name, "more") != 0) {
            json_key(json, field->name);
            web_openapi_field(api, kind->reply, field, true);
        }
    }
    json_end(json);
    json_end(json);
}

static void each_schema(struct openapi *api, const struct wire_kind *kind)
{
    struct json *json = &api->json;
    json_object(json);
    json_text_field(json, "type", "object");
    json_key(json, "properties");
    json_object(json);
    json_key(json, "items");
    json_object(json);
    json_text_field(json, "type", "array");
    json_key(json, "items");
    web_openapi_ref(api, kind->reply);
    json_end(json);
    json_end(json);
    json_end(json);
}

static void reply_schema(struct openapi *api, const struct web_route *route,
                         const struct wire_kind *kind)
{
    struct str items = web_map_option(route->map, "items");
    const ProtobufCFieldDescriptor *list =
        items.len == 0 || kind == NULL ? NULL : field_of(kind->reply, items);
    if (kind == NULL) {
        any_object(&api->json);
    } else if (list != NULL && web_map_option(route->map, "pick").ptr != NULL) {
        web_openapi_field(api, kind->reply, list, false);
    } else if (list != NULL) {
        list_schema(api, route, kind, list);
    } else if (web_map_option(route->map, "each").ptr != NULL) {
        each_schema(api, kind);
    } else {
        web_openapi_ref(api, kind->reply);
    }
}

// --- responses ----------------------------------------------------------------------------------

static void response_ref(struct json *json, const char *status)
{
    json_key(json, status);
    json_object(json);
    json_text_field(json, "$ref", "#/components/responses/Problem");
    json_end(json);
}

static const struct {
    const char *handler;
    const char *status;
    const char *type; // NULL: no body
} successes[] = {
    { "sign_out", "204", NULL },
    { "preview", "200", "image/png" },
    { "preview_of_any", "200", "image/png" },
    { "send_file", "201", "application/json" },
    { "events", "200", "text/event-stream" },
    { "my_events", "200", "text/event-stream" },
    { "station_events", "200", "text/event-stream" },
    { "watch_events", "200", "text/event-stream" },
};

static void success(struct openapi *api, const struct web_route *route,
                    const struct wire_kind *kind)
{
    struct json *json = &api->json;
    const char *status = kind != NULL && kind->reply->n_fields == 0 ? "204" : "200";
    const char *type = status[2] == '4' ? NULL : "application/json";
    for (size_t i = 0; i < sizeof(successes) / sizeof(successes[0]); i++) {
        if (strcmp(successes[i].handler, route->handler) == 0) {
            status = successes[i].status;
            type = successes[i].type;
        }
    }
    json_key(json, status);
    json_object(json);
    json_text_field(json, "description", route->title);
    if (type != NULL) {
        content_begin(json, type);
        if (strcmp(type, "application/json") == 0) {
            reply_schema(api, route, kind);
        } else {
            json_object(json);
            json_end(json);
        }
        content_end(json);
    }
    json_end(json);
}

static void responses(struct openapi *api, const struct web_route *route,
                      const struct wire_kind *kind)
{
    struct json *json = &api->json;
    json_key(json, "responses");
    json_object(json);
    success(api, route, kind);
    if (route->call != NULL || route->body == WEB_BODY_JSON) {
        response_ref(json, "400");
    }
    if ((route->who & WEB_PUBLIC) == 0) {
        response_ref(json, "401");
        response_ref(json, "403");
    }
    if (web_route_has_condition(route)) {
        response_ref(json, "412");
    }
    if (route->body == WEB_BODY_JSON) {
        response_ref(json, "413");
        response_ref(json, "415");
    }
    response_ref(json, "default");
    json_end(json);
}

static void security(struct openapi *api, const struct web_route *route)
{
    struct json *json = &api->json;
    json_key(json, "security");
    json_array(json);
    if ((route->who & WEB_PUBLIC) == 0) {
        json_object(json);
        json_key(json, (route->who & WEB_STATION) != 0 ? "station" : "session");
        json_array(json);
        json_end(json);
        json_end(json);
    }
    if (route->scope != NULL) {
        char scope[80];
        (void)snprintf(scope, sizeof(scope), "%s:%s", route->scope,
                       strcmp(route->method, "GET") == 0 ? "read" : "write");
        json_object(json);
        json_key(json, "token");
        json_array(json);
        json_str(json, str_of(scope));
        json_end(json);
        json_end(json);
    }
    json_end(json);
    json_key(json, "x-who");
    json_array(json);
    for (unsigned bit = 1; bit <= WEB_DEVICE_MANAGER; bit <<= 1) {
        if ((route->who & bit) != 0) {
            json_str(json, str_of(web_role_name(bit)));
        }
    }
    json_end(json);
}

// --- the whole ----------------------------------------------------------------------------------

static void operation(struct openapi *api, const struct web_route *route)
{
    struct json *json = &api->json;
    const struct wire_kind *kind = route->call == NULL ? NULL : wire_kind_find(str_of(route->call));
    char method[8];
    size_t len = strlen(route->method);
    for (size_t i = 0; i <= len; i++) {
        method[i] = (char)(route->method[i] | (i < len ? 0x20 : 0));
    }
    json_key(json, method);
    json_object(json);
    json_text_field(json, "summary", route->title);
    if (kind != NULL) {
        json_text_field(json, "x-call", route->call);
    }
    parameters(api, route, kind);
    request_body(api, route, kind);
    responses(api, route, kind);
    security(api, route);
    json_end(json);
}

// "{name*}" takes slashes too; OpenAPI has no word for that.
static void path_name(const char *pattern, char *out, size_t size)
{
    size_t len = 0;
    for (; *pattern != '\0' && len + 1 < size; pattern++) {
        if (*pattern != '*') {
            out[len++] = *pattern;
        }
    }
    out[len] = '\0';
}

static void paths(struct openapi *api)
{
    char name[200];
    json_key(&api->json, "paths");
    json_object(&api->json);
    for (size_t i = 0; i < web_route_count; i++) {
        if (!web_route_is_api(str_of(web_routes[i].pattern)) || !is_first_of_pattern(i)) {
            continue;
        }
        path_name(web_routes[i].pattern, name, sizeof(name));
        json_key(&api->json, name);
        json_object(&api->json);
        for (size_t j = i; j < web_route_count; j++) {
            if (strcmp(web_routes[i].pattern, web_routes[j].pattern) == 0) {
                operation(api, &web_routes[j]);
            }
        }
        json_end(&api->json);
    }
    json_end(&api->json);
}

static void components(struct openapi *api)
{
    struct json *json = &api->json;
    json_key(json, "components");
    json_object(json);
    web_openapi_schemas(api);
    buf_add(json->buf,
            STR(",\"responses\":{\"Problem\":{\"description\":\"A problem (RFC 9457).\","
                "\"content\":{\"application/problem+json\":{\"schema\":{\"type\":\"object\","
                "\"required\":[\"type\",\"title\",\"status\",\"detail\",\"reasons\"],"
                "\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
                "\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},"
                "\"reasons\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
                "\"short\":{\"type\":\"array\"},\"troubles\":{\"type\":\"array\"}}}}}}},"
                "\"securitySchemes\":{"
                "\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"__Host-quoin\","
                "\"description\":\"From POST /api/v1/session; what changes something carries "
                "X-CSRF-Token, too.\"},"
                "\"station\":{\"type\":\"apiKey\",\"in\":\"cookie\","
                "\"name\":\"__Host-quoin-station\"},"
                "\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"}}"));
    json_end(json);
}

void web_do_openapi(struct web_visit *visit)
{
    struct web *web = visit->web;
    if (web->openapi.len == 0) {
        struct openapi *api = arena_new(&visit->arena, sizeof(*api));
        if (api == NULL) {
            return;
        }
        api->json = json_to(&web->openapi);
        json_object(&api->json);
        json_text_field(&api->json, "openapi", "3.1.0");
        json_key(&api->json, "info");
        json_object(&api->json);
        json_text_field(&api->json, "title", "Quoin");
        json_text_field(&api->json, "version", QUOIN_VERSION);
        json_end(&api->json);
        paths(api);
        components(api);
        json_end(&api->json);
        map_free(&api->seen);
    }
    web_answer_tagged(visit, "application/json", buf_str(&web->openapi));
}
