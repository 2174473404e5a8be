// api: see api.h. From a request to a message, from the reply to JSON.
//
// no unit test: needs the engines; tests/it/test_web_api.py asks every row. test_route.c checks
// each map against the descriptors.

#include "web/api.h"

#include "base/enc.h"
#include "crypto/hash.h"
#include "proto/accounts.pb-c.h"
#include "web/field.h"
#include "web/message.h"
#include "web/web_int.h"
#include "wire/calls.h"
#include "wire/seen.h"
#include "wire/status.h"
#include "wire/unpack.h"
#include <stdio.h>

enum { CURSOR_PARTS = 2, PICK_PAGE = 500, TAKEN_MAX = 16 };

struct api {
    const struct web_route *route; // that is run: of If-Match, first the GET beside it
    bool checks;                   // it is that one
    const struct wire_kind *kind;
    struct wire_client *client; // borrowed
    ProtobufCMessage *request;
    const char *session; // at DCE
    bool retried;
    const Quoin__V1__Seen *seen; // of If-Match; NULL: the change has no condition
    struct buf parts;            // of a stream: the repeated fields so far
    struct buf last;             // and the newest part
};

static void api_begin(struct web_visit *visit, bool anew);
static void api_send(struct web_visit *visit);

// --- maps ---------------------------------------------------------------------------------------

static struct str next_word(const char **at)
{
    while (**at == ' ') {
        (*at)++;
    }
    const char *start = *at;
    while (**at != ' ' && **at != '\0') {
        (*at)++;
    }
    return (struct str){ start, (size_t)(*at - start) };
}

struct str web_map_option(const char *map, const char *name)
{
    size_t len = strlen(name);
    for (struct str word = next_word(&map); word.len > 0; word = next_word(&map)) {
        if (word.ptr[0] != '-' || word.len <= len || memcmp(word.ptr + 1, name, len) != 0) {
            continue;
        }
        if (word.len == len + 1) {
            return (struct str){ word.ptr, 0 };
        }
        if (word.ptr[len + 1] == '=') {
            return (struct str){ word.ptr + len + 2, word.len - len - 2 };
        }
    }
    return (struct str){ NULL, 0 };
}

bool web_map_next(const char **map, struct str *field, struct str *source)
{
    for (struct str word = next_word(map); word.len > 0; word = next_word(map)) {
        const char *equals = memchr(word.ptr, '=', word.len);
        if (word.ptr[0] != '-' && equals != NULL) {
            field->ptr = word.ptr;
            field->len = (size_t)(equals - word.ptr);
            source->ptr = equals + 1;
            source->len = word.len - field->len - 1;
            return true;
        }
    }
    return false;
}

static bool in_pattern(const char *pattern, struct str field)
{
    for (const char *at = strchr(pattern, '{'); at != NULL; at = strchr(at + 1, '{')) {
        size_t len = strcspn(at + 1, "*}");
        if (str_eq((struct str){ at + 1, len }, field)) {
            return true;
        }
    }
    return false;
}

// Whether a parameter of the path stands in the map by name: then it is no field by itself.
static bool param_is_mapped(const char *map, struct str name)
{
    struct str field;
    struct str source;
    while (web_map_next(&map, &field, &source)) {
        if (source.ptr[0] == '{' && str_eq((struct str){ source.ptr + 1, source.len - 2 }, name)) {
            return true;
        }
    }
    return false;
}

bool web_map_says(const struct web_route *route, struct str wanted)
{
    const char *map = route->map;
    struct str body = web_map_option(route->map, "body");
    struct str field;
    struct str source;
    while (web_map_next(&map, &field, &source)) {
        bool inside = body.ptr != NULL && field.len > body.len + 1 &&
                      memcmp(field.ptr, body.ptr, body.len) == 0 && field.ptr[body.len] == '.';
        if (inside) {
            field.ptr += body.len + 1;
            field.len -= body.len + 1;
        }
        if ((inside || body.ptr == NULL) && str_eq(field, wanted)) {
            return true;
        }
    }
    return body.ptr == NULL && in_pattern(route->pattern, wanted) &&
           !param_is_mapped(route->map, wanted);
}

// --- the request --------------------------------------------------------------------------------

// The message inside a message that a path of names leads to; made where it is not there.
static ProtobufCMessage *inner(struct web_visit *visit, ProtobufCMessage *message, struct str name)
{
    char text[64];
    (void)snprintf(text, sizeof(text), "%.*s", (int)name.len, name.ptr);
    const ProtobufCFieldDescriptor *field = web_message_field(message, text);
    if (field == NULL || field->type != PROTOBUF_C_TYPE_MESSAGE) {
        return NULL;
    }
    if (web_message_count(message, field) > 0) {
        return (ProtobufCMessage *)(uintptr_t)web_message_at(message, field, 0);
    }
    ProtobufCMessage *made = web_message_new(field->descriptor, &visit->arena);
    void *place = (char *)message + field->offset;
    if (made != NULL && field->label == PROTOBUF_C_LABEL_REPEATED) {
        ProtobufCMessage **list = arena_new(&visit->arena, sizeof(*list));
        if (list == NULL) {
            return NULL;
        }
        list[0] = made;
        *(ProtobufCMessage ***)place = list;
        *(size_t *)(void *)((char *)message + field->quantifier_offset) = 1;
    } else {
        *(ProtobufCMessage **)place = made;
    }
    return made;
}

static bool set_field(struct web_visit *visit, ProtobufCMessage *message, struct str path,
                      struct str value, struct err *err)
{
    const char *dot = memchr(path.ptr, '.', path.len);
    char name[64];
    if (dot != NULL) {
        size_t len = (size_t)(dot - path.ptr);
        message = inner(visit, message, (struct str){ path.ptr, len });
        path.ptr += len + 1;
        path.len -= len + 1;
    }
    (void)snprintf(name, sizeof(name), "%.*s", (int)path.len, path.ptr);
    const ProtobufCFieldDescriptor *field =
        message == NULL ? NULL : web_message_field(message, name);
    return field == NULL ? err_set(err, ERR_INVALID, "there is no parameter \"%.60s\"", name)
                         : web_message_set(message, field, value, &visit->arena, err);
}

static bool set_keys(struct web_visit *visit, struct api *api, struct str path, struct err *err)
{
    const struct web_node *member = visit->json == NULL ? NULL : visit->json->first;
    for (; member != NULL; member = member->next) { // a name says which, and is not set
        if (!str_eq(member->key, STR("name")) &&
            !set_field(visit, api->request, path, member->key, err)) {
            return false;
        }
    }
    return true;
}

static bool set_secret(struct web_visit *visit, struct api *api, struct str path, struct err *err)
{
    uint8_t mac[CRYPTO_HASH_LEN];
    OWN(buf_free) struct buf text = BUF_CAP(64);
    crypto_mac_of(map_key(visit->web->secret, sizeof(visit->web->secret)),
                  map_key(visit->key, sizeof(visit->key)), mac);
    enc_base64url_add(&text, mac, 16);
    return set_field(visit, api->request, path, buf_str(&text), err);
}

static struct str word_of(struct web_visit *visit, const struct api *api, struct str source)
{
    const struct {
        struct str name;
        const char *text;
    } words[] = {
        { STR("@me"), visit->who.user },
        { STR("@below"), web_may(visit, WEB_ADMINISTRATOR) ? "false" : "true" },
        { STR("@admin"), web_may(visit, WEB_ADMINISTRATOR) ? "true" : "false" },
        { STR("@station"), visit->who.station },
        { STR("@session"), api->session },
        { STR("@held"), api->session },
        { STR("@address"), web_text(visit, visit->address) },
        { STR("@subject"), arena_textf(&visit->arena, "user:%s", visit->who.user) },
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (str_eq(words[i].name, source)) {
            return str_of(words[i].text == NULL ? "" : words[i].text);
        }
    }
    return (struct str){ "", 0 };
}

static bool set_mapped(struct web_visit *visit, struct api *api, struct err *err)
{
    const char *map = api->route->map;
    struct str field;
    struct str source;
    while (web_map_next(&map, &field, &source)) {
        struct str inside = { source.ptr + 1, source.len > 1 ? source.len - 2 : 0 };
        bool good = true;
        if (str_eq(source, STR("@keys"))) {
            good = set_keys(visit, api, field, err);
        } else if (str_eq(source, STR("@secret"))) {
            good = set_secret(visit, api, field, err);
        } else if (source.ptr[0] == '{') {
            good = set_field(visit, api->request, field, web_match_get(&visit->match, inside), err);
        } else if (source.ptr[0] == '\'') {
            good = set_field(visit, api->request, field, inside, err);
        } else if (source.ptr[0] == '?') {
            struct str name = { source.ptr + 1, source.len - 1 };
            struct str value = web_query(visit, web_text(visit, name));
            good = value.len == 0 || set_field(visit, api->request, field, value, err);
        } else {
            good = set_field(visit, api->request, field, word_of(visit, api, source), err);
        }
        if (!good) {
            return false;
        }
    }
    return true;
}

static bool set_params(struct web_visit *visit, struct api *api, struct err *err)
{
    struct str pick = web_map_option(api->route->map, "pick");
    bool thing = web_map_option(api->route->map, "thing").ptr != NULL;
    for (size_t i = 0; i < visit->match.count; i++) {
        struct str name = { visit->match.names[i], visit->match.name_lens[i] };
        bool elsewhere = thing || (pick.ptr != NULL && str_eq(pick, name)) ||
                         str_eq(name, STR("engine")) || param_is_mapped(api->route->map, name);
        if (!elsewhere && !set_field(visit, api->request, name, visit->match.values[i], err)) {
            return false;
        }
    }
    return true;
}

// A cursor is the base64url of its parts.
static bool set_cursor(struct web_visit *visit, struct api *api, struct str cursor, struct err *err)
{
    struct str fields = web_map_option(api->route->map, "after");
    char *bytes = arena_new(&visit->arena, cursor.len + 1);
    size_t len = 0;
    if (fields.ptr == NULL) {
        fields = STR("after");
    }
    if (bytes == NULL || !enc_base64url_read(cursor, bytes, &len)) {
        return err_set(err, ERR_INVALID, "after: this is no cursor of ours");
    }
    struct str left = { bytes, len };
    while (fields.len > 0) {
        const char *comma = memchr(fields.ptr, ',', fields.len);
        struct str field = { fields.ptr,
                             comma == NULL ? fields.len : (size_t)(comma - fields.ptr) };
        fields.ptr += field.len + (comma != NULL ? 1 : 0);
        fields.len -= field.len + (comma != NULL ? 1 : 0);
        const char *mark = left.len == 0 ? NULL : memchr(left.ptr, 0x1f, left.len);
        struct str part = { left.ptr, mark == NULL ? left.len : (size_t)(mark - left.ptr) };
        left.ptr += part.len + (mark != NULL ? 1 : 0);
        left.len -= part.len + (mark != NULL ? 1 : 0);
        if (!set_field(visit, api->request, field, part, err)) {
            return err_set(err, ERR_INVALID, "after: this is no cursor of this list");
        }
    }
    return true;
}

// Whether the map takes this parameter of the query by name.
static bool query_is_mapped(const char *map, struct str name)
{
    struct str field;
    struct str source;
    while (web_map_next(&map, &field, &source)) {
        if (source.ptr[0] == '?' && str_eq((struct str){ source.ptr + 1, source.len - 1 }, name)) {
            return true;
        }
    }
    return false;
}

static bool set_query(struct web_visit *visit, struct api *api, struct err *err)
{
    struct str rest = visit->query;
    struct str name;
    struct str value;
    bool bad = false;
    bool takes = visit->route->body == WEB_BODY_NONE;
    bool lists = web_map_option(api->route->map, "items").ptr != NULL;
    while (!api->checks && web_pair_next(&visit->arena, &rest, &name, &value, &bad)) {
        if (str_eq(name, STR("engine")) || query_is_mapped(api->route->map, name)) {
            continue;
        }
        bool said = web_map_says(api->route, name) || str_eq(name, STR("key"));
        bool good = takes && !said;
        if (good && lists && str_eq(name, STR("after"))) {
            if (!set_cursor(visit, api, value, err)) {
                return false;
            }
        } else if (!good) {
            return err_set(err, ERR_INVALID, "there is no parameter \"%.*s\" here",
                           (int)(name.len < 60 ? name.len : 60), name.ptr);
        } else if (!set_field(visit, api->request, name, value, err)) {
            return false;
        }
    }
    return !bad || err_set(err, ERR_INVALID, "the query is malformed");
}

// The names that the body may not say, because the path or the row does.
static void list_taken(struct web_visit *visit, const struct api *api,
                       const ProtobufCMessage *message, const char *taken[static TAKEN_MAX + 1])
{
    size_t count = 0;
    for (unsigned i = 0; i < message->descriptor->n_fields && count < TAKEN_MAX; i++) {
        const char *name = message->descriptor->fields[i].name;
        struct str source;
        struct str field;
        const char *map = api->route->map;
        bool said = web_map_says(api->route, str_of(name));
        while (web_map_next(&map, &field, &source)) { // set='…' beside -body is the row's too
            said = said || (web_map_option(api->route->map, "body").ptr == NULL &&
                            str_eq(field, str_of(name)));
        }
        if (said) {
            taken[count++] = name;
        }
    }
    (void)visit;
    taken[count] = NULL;
}

// PUT of one thing: the body is the thing, as its kind says.
static bool set_thing(struct web_visit *visit, struct api *api, struct err *err)
{
    struct web_node *nodes = arena_new_array(&visit->arena, 6, sizeof(*nodes));
    if (nodes == NULL || visit->json == NULL) {
        return visit->json != NULL || err_set(err, ERR_INVALID, "the body is the thing, as JSON");
    }
    struct web_node body = *visit->json;
    body.key = STR("body");
    body.next = NULL;
    nodes[0] = (struct web_node){ .kind = WEB_OBJECT, .first = &nodes[1], .count = 2 };
    nodes[1] =
        (struct web_node){ .kind = WEB_ARRAY, .key = STR("edits"), .first = &nodes[2], .count = 1 };
    nodes[2] = (struct web_node){ .kind = WEB_OBJECT, .first = &nodes[3], .count = 3 };
    nodes[3] = (struct web_node){
        .kind = WEB_TEXT, .key = STR("kind"), .next = &nodes[4], .text = web_param(visit, "kind")
    };
    nodes[4] = (struct web_node){
        .kind = WEB_TEXT, .key = STR("name"), .next = &nodes[5], .text = web_param(visit, "name")
    };
    nodes[5] = body;
    return web_message_read(&nodes[0], NULL, &visit->arena, api->request, err) &&
           set_field(visit, api->request, STR("seen"), STR("-1"), err);
}

static bool set_body(struct web_visit *visit, struct api *api, struct err *err)
{
    struct str in = web_map_option(api->route->map, "body");
    const char *taken[TAKEN_MAX + 1];
    if (api->checks || visit->route->body != WEB_BODY_JSON) {
        return true;
    }
    if (web_map_option(api->route->map, "thing").ptr != NULL) {
        return set_thing(visit, api, err);
    }
    if (visit->json == NULL) {
        return true;
    }
    ProtobufCMessage *into = in.ptr == NULL ? api->request : inner(visit, api->request, in);
    if (into == NULL) {
        return err_set(err, ERR_LIMIT, "the request is too large");
    }
    list_taken(visit, api, into, taken);
    return web_message_read(visit->json, taken, &visit->arena, into, err);
}

// Who manages devices configures these, and nothing else.
static bool thing_ok(struct web_visit *visit, struct err *err)
{
    static const char *const kinds[] = { "device", "card-format", "printer",
                                         "queue",  "monitor",     "alert-rule" };
    if (web_map_option(visit->route->map, "thing").ptr == NULL ||
        web_may(visit, WEB_ADMINISTRATOR)) {
        return true;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (str_eq(web_param(visit, "kind"), str_of(kinds[i]))) {
            return true;
        }
    }
    return err_set(err, ERR_DENIED, "only an administrator configures this");
}

static void choose_engine(struct web_visit *visit, struct api *api)
{
    struct str host = web_param(visit, "engine");
    if (host.len == 0) {
        host = web_query(visit, "engine");
    }
    api->client = strcmp(api->kind->engine, "dre") == 0   ? web_dre(visit->web, host)
                  : strcmp(api->kind->engine, "dce") == 0 ? visit->web->dce
                  : strcmp(api->kind->engine, "dme") == 0 ? visit->web->dme
                                                          : web_cas(visit->web);
}

static void set_key(struct web_visit *visit, struct api *api)
{
    const ProtobufCFieldDescriptor *key = web_message_field(api->request, "key");
    if ((api->kind->flags & CALL_KEYED) != 0 && key != NULL) {
        web_tell_key(visit, (ProtobufCBinaryData *)(void *)((char *)api->request + key->offset));
    }
}

static bool api_build(struct web_visit *visit, struct api *api, struct err *err)
{
    api->request = web_message_new(api->kind->request, &visit->arena);
    if (api->request == NULL) {
        return err_set(err, ERR_LIMIT, "the request is too large");
    }
    choose_engine(visit, api);
    if (api->client == NULL) {
        return err_set(err, ERR_NOT_FOUND, "there is no such engine");
    }
    if (!thing_ok(visit, err) || !set_body(visit, api, err) || !set_query(visit, api, err) ||
        !set_params(visit, api, err) || !set_mapped(visit, api, err)) {
        return false;
    }
    if (web_map_option(api->route->map, "pick").ptr != NULL) {
        struct err ignored; // a list without a limit has all
        (void)set_field(visit, api->request, STR("limit"), STR("500"), &ignored);
    }
    set_key(visit, api);
    return true;
}

// --- the reply ----------------------------------------------------------------------------------

static bool is_cursor_field(const char *map, const char *name)
{
    struct str next = web_map_option(map, "next");
    return strcmp(name, "more") == 0 ||
           (next.len > 1 && next.ptr[0] == '.' &&
            str_eq((struct str){ next.ptr + 1, next.len - 1 }, str_of(name)));
}

static bool says_more(const ProtobufCMessage *reply)
{
    const ProtobufCFieldDescriptor *more = web_message_field(reply, "more");
    return more == NULL ||
           *(const protobuf_c_boolean *)(const void *)((const char *)reply + more->offset) != 0;
}

// The cursor behind this page; empty: it was the last.
static struct str next_of(struct web_visit *visit, const struct api *api,
                          const ProtobufCMessage *reply, const ProtobufCFieldDescriptor *items)
{
    struct str next = web_map_option(api->route->map, "next");
    OWN(buf_free) struct buf raw = BUF_CAP(16 << 10);
    OWN(buf_free) struct buf text = BUF_CAP(32 << 10);
    size_t count = web_message_count(reply, items);
    if (next.len == 0 || !says_more(reply)) {
        return (struct str){ "", 0 };
    }
    if (next.ptr[0] == '.') {
        const char *name = web_text(visit, (struct str){ next.ptr + 1, next.len - 1 });
        if (!web_message_text(reply, name, &raw) || raw.len == 0 ||
            str_eq(buf_str(&raw), STR("0"))) {
            return (struct str){ "", 0 };
        }
    } else if (count == 0) {
        return (struct str){ "", 0 };
    }
    bool first = true;
    while (next.ptr[0] != '.' && next.len > 0) {
        const char *comma = memchr(next.ptr, ',', next.len);
        struct str field = { next.ptr, comma == NULL ? next.len : (size_t)(comma - next.ptr) };
        buf_add(&raw, first ? STR("") : STR("\x1f"));
        (void)web_message_text(web_message_at(reply, items, count - 1), web_text(visit, field),
                               &raw);
        next.ptr += field.len + (comma != NULL ? 1 : 0);
        next.len -= field.len + (comma != NULL ? 1 : 0);
        first = false;
    }
    enc_base64url_add(&text, raw.ptr, raw.len);
    return arena_copy(&visit->arena, buf_str(&text));
}

static const ProtobufCFieldDescriptor *items_of(struct web_visit *visit, const struct api *api,
                                                const ProtobufCMessage *reply)
{
    struct str items = web_map_option(api->route->map, "items");
    return items.len == 0 ? NULL : web_message_field(reply, web_text(visit, items));
}

static void write_list(struct web_visit *visit, const struct api *api,
                       const ProtobufCMessage *reply, const ProtobufCFieldDescriptor *items)
{
    struct json json = json_to(&visit->out);
    json_object(&json);
    json_key(&json, "items");
    json_array(&json);
    size_t count = web_message_count(reply, items);
    for (size_t i = 0; i < count; i++) {
        web_message_write_one(&json, reply, items, i);
    }
    json_end(&json);
    struct str next = next_of(visit, api, reply, items);
    if (next.len > 0) {
        json_key(&json, "next");
        json_str(&json, next);
    }
    for (unsigned i = 0; i < reply->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &reply->descriptor->fields[i];
        if (field != items && !is_cursor_field(api->route->map, field->name) &&
            field->label != PROTOBUF_C_LABEL_REPEATED && web_message_count(reply, field) > 0) {
            json_key(&json, field->name);
            web_message_write_one(&json, reply, field, 0);
        } else if (field != items && field->label == PROTOBUF_C_LABEL_REPEATED) {
            json_key(&json, field->name);
            json_array(&json);
            for (size_t at = 0; at < web_message_count(reply, field); at++) {
                web_message_write_one(&json, reply, field, at);
            }
            json_end(&json);
        }
    }
    if (strcmp(api->kind->engine, "dre") == 0) {
        json_text_field(&json, "engine", web_dre_host(visit->web, api->client));
    }
    json_end(&json);
}

// One row was put; its answer may be a refusal.
static bool put_ok(struct web_visit *visit, const ProtobufCMessage *reply)
{
    const Quoin__V1__PutReply *put = (const Quoin__V1__PutReply *)reply;
    struct err err;
    if (put->n_answers == 0 || strcmp(put->answers[0]->outcome, "refused") != 0) {
        return true;
    }
    const Quoin__V1__PutAnswer *answer = put->answers[0];
    enum err_code code = wire_status_err((uint64_t)(uint32_t)answer->code);
    err_fill(&err, code == ERR_NONE ? ERR_INVALID : code, "%s%s%s", answer->field,
             answer->field[0] != '\0' ? ": " : "", answer->why);
    web_fail(visit, &err, NULL);
    return false;
}

// The problem of a release that was not done: what is short, and what hinders each job.
void web_fail_undone(struct web_visit *visit, const ProtobufCMessage *reply)
{
    static const char *const lists[] = { "short", "troubles" };
    struct json json = json_to(&visit->out);
    const ProtobufCFieldDescriptor *troubles = web_message_field(reply, "troubles");
    const char *detail = "Nothing was done: see what is short and what hinders.";
    if (troubles != NULL && web_message_count(reply, troubles) > 0) {
        detail = web_message_word(web_message_at(reply, troubles, 0), "text");
    }
    json_object(&json);
    json_text_field(&json, "type", "/problems/not-done");
    json_text_field(&json, "title", "Conflict");
    json_int_field(&json, "status", 409);
    json_text_field(&json, "detail", detail);
    json_key(&json, "reasons");
    json_array(&json);
    for (size_t i = 0; troubles != NULL && i < web_message_count(reply, troubles); i++) {
        json_str(&json, str_of(web_message_word(web_message_at(reply, troubles, i), "reason")));
    }
    json_end(&json);
    for (size_t i = 0; i < 2; i++) {
        const ProtobufCFieldDescriptor *list = web_message_field(reply, lists[i]);
        json_key(&json, lists[i]);
        json_array(&json);
        for (size_t at = 0; list != NULL && at < web_message_count(reply, list); at++) {
            web_message_write_one(&json, reply, list, at);
        }
        json_end(&json);
    }
    json_end(&json);
    web_answer(visit, 409, "application/problem+json", buf_str(&visit->out));
}

static bool is_undone(const struct api *api, const ProtobufCMessage *reply)
{
    const ProtobufCFieldDescriptor *done = web_message_field(reply, "done");
    return web_map_option(api->route->map, "done").ptr != NULL && done != NULL &&
           *(const protobuf_c_boolean *)(const void *)((const char *)reply + done->offset) == 0;
}

static bool is_others(struct web_visit *visit, const struct api *api, const ProtobufCMessage *reply)
{
    struct str own = web_map_option(api->route->map, "own");
    return own.len > 0 &&
           strcmp(web_message_word(reply, web_text(visit, own)), visit->who.user) != 0;
}

static void fail_changed(struct web_visit *visit)
{
    web_problem(visit, 412, "changed", "It was changed since you read it: read it again.",
                (const char *const[]){ "changed", NULL });
}

// What was seen: this reply, or this row of it.
static const Quoin__V1__Seen *seen_of(struct web_visit *visit, const struct api *api,
                                      const ProtobufCMessage *what, bool matches)
{
    Quoin__V1__Seen *seen = arena_new(&visit->arena, sizeof(*seen));
    size_t len = protobuf_c_message_get_packed_size(api->request);
    uint8_t *request = arena_new(&visit->arena, len + 1);
    uint8_t *hash = arena_new(&visit->arena, WIRE_SEEN_HASH);
    struct str pick = web_map_option(api->route->map, "pick");
    if (seen == NULL || request == NULL || hash == NULL) {
        return NULL;
    }
    quoin__v1__seen__init(seen);
    seen->call = (char *)(uintptr_t)api->kind->path;
    seen->request =
        (ProtobufCBinaryData){ protobuf_c_message_pack(api->request, request), request };
    seen->hash = (ProtobufCBinaryData){ WIRE_SEEN_HASH, hash };
    if (matches) { // else no reply has it
        wire_seen_hash(what, hash);
    }
    if (pick.ptr != NULL) {
        const char *name = web_text(visit, pick);
        seen->items = (char *)(uintptr_t)web_text(visit, web_map_option(api->route->map, "items"));
        seen->field = (char *)(uintptr_t)name;
        seen->name = (char *)(uintptr_t)web_text(visit, web_param(visit, name));
    }
    return seen;
}

// What If-Match names must be what is there; then the change is asked for on the condition that it
// still is, which the engine sees to in the turn that writes. A change that comes again, by its
// key, is asked for whatever is there: the engine knows it.
static void api_checked(struct web_visit *visit, struct api *api, const ProtobufCMessage *what)
{
    char tag[40];
    web_tag_of(buf_str(&visit->out), tag);
    bool matches = str_eq(visit->if_match, STR("*")) ||
                   memmem(visit->if_match.ptr, visit->if_match.len, tag, strlen(tag)) != NULL;
    const Quoin__V1__Seen *seen = seen_of(visit, api, what, matches);
    if ((!matches && !visit->key_given) || seen == NULL) {
        fail_changed(visit);
        return;
    }
    buf_free(&visit->out);
    visit->out = BUF_CAP(WEB_OUT_MAX);
    *api = (struct api){ .route = visit->route, .seen = seen };
    api_begin(visit, false);
}

// what: of the reply, what stands in the answer.
static void api_written(struct web_visit *visit, struct api *api, const ProtobufCMessage *what)
{
    if (api->checks) {
        api_checked(visit, api, what);
        return;
    }
    web_answer_json(visit, 200);
}

// The one item that the path names, or the next page.
static void api_pick(struct web_visit *visit, struct api *api, const ProtobufCMessage *reply,
                     const ProtobufCFieldDescriptor *items)
{
    const char *name = web_text(visit, web_map_option(api->route->map, "pick"));
    struct str wanted = web_param(visit, name);
    struct err err;
    for (size_t i = 0; i < web_message_count(reply, items); i++) {
        const ProtobufCMessage *item = web_message_at(reply, items, i);
        if (str_eq(str_of(web_message_word(item, name)), wanted)) {
            struct json json = json_to(&visit->out);
            web_message_write(&json, item);
            api_written(visit, api, item);
            return;
        }
    }
    struct str next = next_of(visit, api, reply, items);
    const ProtobufCFieldDescriptor *after = web_message_field(api->request, "after");
    if (next.len == 0 || after == NULL || !set_cursor(visit, api, next, &err)) {
        web_problem(visit, 404, "not-found", "There is no such thing.", NULL);
        return;
    }
    api_send(visit);
}

static void api_reply(struct web_visit *visit, const ProtobufCMessage *reply)
{
    struct api *api = visit->job;
    const ProtobufCFieldDescriptor *items = items_of(visit, api, reply);
    struct json json = json_to(&visit->out);
    if (is_others(visit, api, reply)) {
        web_problem(visit, 404, "not-found", "There is no such thing.", NULL);
    } else if (web_map_option(api->route->map, "put").ptr != NULL && !put_ok(visit, reply)) {
        return;
    } else if (is_undone(api, reply)) {
        web_fail_undone(visit, reply);
    } else if (web_map_option(api->route->map, "pick").ptr != NULL && items != NULL) {
        api_pick(visit, api, reply, items);
    } else if (reply->descriptor->n_fields == 0) {
        web_answer(visit, 204, "", STR(""));
    } else if (items != NULL) {
        write_list(visit, api, reply, items);
        api_written(visit, api, reply);
    } else {
        web_message_write(&json, reply);
        api_written(visit, api, reply);
    }
}

// --- streams that are answered as one -----------------------------------------------------------

static void add_packed(struct buf *to, const ProtobufCMessage *message)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    OWN(buf_free) struct buf room = BUF_CAP(len + 1);
    for (size_t left = len; left > 0;) { // room to pack into
        static const char zeroes[256] = { 0 };
        size_t step = left < sizeof(zeroes) ? left : sizeof(zeroes);
        buf_add(&room, (struct str){ zeroes, step });
        left -= step;
    }
    if (len > 0) {
        (void)protobuf_c_message_pack(message, (uint8_t *)room.ptr);
    }
    buf_add(to, buf_str(&room));
}

// Every part is an item of the list that is answered.
static void add_item(struct web_visit *visit, const ProtobufCMessage *part)
{
    buf_add(&visit->out, visit->out.len == 0 ? STR("{\"items\":[") : STR(","));
    struct json json = json_to(&visit->out);
    web_message_write(&json, part);
}

static void end_items(struct web_visit *visit)
{
    buf_add(&visit->out, visit->out.len == 0 ? STR("{\"items\":[]}") : STR("]}"));
    if (!buf_ok(&visit->out)) {
        web_problem(visit, 500, "too-large", "The answer is too large: ask for less.", NULL);
        return;
    }
    web_answer_json(visit, 200);
}

static bool is_each(const struct api *api)
{
    return web_map_option(api->route->map, "each").ptr != NULL;
}

// Of every part the repeated fields, of the last one all: as protobuf merges them.
static void add_part(struct web_visit *visit, struct api *api, const ProtobufCMessage *part)
{
    ProtobufCMessage *lists = web_message_new(part->descriptor, &visit->arena);
    ProtobufCMessage *rest = web_message_new(part->descriptor, &visit->arena);
    if (lists == NULL || rest == NULL) {
        return;
    }
    memcpy(rest, part, part->descriptor->sizeof_message);
    for (unsigned i = 0; i < part->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &part->descriptor->fields[i];
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            size_t at = field->quantifier_offset;
            memcpy((char *)lists + at, (const char *)part + at, sizeof(size_t));
            memcpy((char *)lists + field->offset, (const char *)part + field->offset,
                   sizeof(void *));
            memset((char *)rest + at, 0, sizeof(size_t));
        }
    }
    add_packed(&api->parts, lists);
    buf_free(&api->last);
    api->last = BUF_CAP(WEB_JSON_MAX);
    add_packed(&api->last, rest);
}

static void end_parts(struct web_visit *visit, struct api *api)
{
    const ProtobufCMessage *whole = NULL;
    struct err err;
    buf_add(&api->parts, buf_str(&api->last));
    bool good = buf_ok(&api->parts) && wire_unpack(&visit->arena, api->kind->reply,
                                                   buf_str(&api->parts), false, &whole, &err);
    buf_free(&api->parts);
    buf_free(&api->last);
    if (!good) {
        web_problem(visit, 500, "too-large", "The answer is too large: ask for less.", NULL);
        return;
    }
    api_reply(visit, whole);
}

// --- asking -------------------------------------------------------------------------------------

static bool is_session_gone(const struct api *api, const struct wire_answer *answer)
{
    bool over = answer->err.code == ERR_NOT_FOUND || answer->err.code == ERR_DENIED;
    struct str field;
    struct str source;
    const char *map = api->route->map;
    while (over && !api->retried && web_map_next(&map, &field, &source)) {
        if (str_eq(source, STR("@session"))) {
            return true;
        }
    }
    return false;
}

static void on_reply(struct web_visit *visit, const struct wire_answer *answer)
{
    struct api *api = visit->job;
    if ((api->kind->flags & CALL_PARTS) != 0 && answer->reply != NULL) {
        if (is_each(api)) {
            add_item(visit, answer->reply);
        } else {
            add_part(visit, api, answer->reply);
        }
    } else if (answer->err.code != ERR_NONE && answer->reply == NULL) {
        buf_free(&api->parts);
        buf_free(&api->last);
        if (is_session_gone(api, answer)) {
            api->retried = true;
            api_begin(visit, true);
        } else if (api->seen != NULL && answer->reasons[0] != NULL &&
                   strcmp(answer->reasons[0], "changed") == 0) {
            fail_changed(visit);
        } else {
            web_fail(visit, &answer->err, answer->reasons);
        }
    } else if (is_each(api)) {
        end_items(visit);
    } else if ((api->kind->flags & CALL_PARTS) != 0) {
        end_parts(visit, api);
    } else {
        api_reply(visit, answer->reply);
    }
}

static void api_send(struct web_visit *visit)
{
    struct api *api = visit->job;
    web_ask_seen(visit, api->client, api->kind->path, api->request, api->seen, on_reply);
}

static void api_with_session(struct web_visit *visit, const char *session)
{
    struct api *api = visit->job;
    struct err err;
    api->session = session;
    if (!api_build(visit, api, &err)) {
        web_fail(visit, &err, NULL);
        return;
    }
    api_send(visit);
}

// anew: the session at DCE was over.
static void api_begin(struct web_visit *visit, bool anew)
{
    struct api *api = visit->job;
    const char *map = api->route->map;
    struct str field;
    struct str source;
    api->kind = wire_kind_find(str_of(api->route->call));
    api->parts = BUF_CAP(WEB_JSON_MAX * 4);
    api->last = BUF_CAP(WEB_JSON_MAX);
    while (web_map_next(&map, &field, &source)) {
        if (str_eq(source, STR("@session"))) {
            web_dce_session(visit, anew, api_with_session);
            return;
        }
        if (str_eq(source, STR("@held"))) {
            struct web_station *station = web_station_of(visit->web, visit->who.station);
            if (station->session[0] == '\0') {
                web_problem(visit, 401, "sign-in-needed", "Nobody is signed in here.",
                            (const char *const[]){ "not-signed-in", NULL });
                return;
            }
            api_with_session(visit, web_text(visit, str_of(station->session)));
            return;
        }
    }
    api_with_session(visit, NULL);
}

static void api_gone(struct web_visit *visit)
{
    struct api *api = visit->job;
    buf_free(&api->parts);
    buf_free(&api->last);
}

void web_do_call(struct web_visit *visit)
{
    struct api *api = arena_new(&visit->arena, sizeof(*api));
    const struct web_route *there = web_route_beside(visit->route, "GET");
    if (api == NULL) {
        web_problem(visit, 422, "limit", "The request is too large.", NULL);
        return;
    }
    api->checks = visit->if_match.len > 0 && visit->route->csrf != WEB_CSRF_NONE;
    api->route = api->checks ? there : visit->route;
    visit->job = api;
    visit->on_gone = api_gone;
    api_begin(visit, false);
}
