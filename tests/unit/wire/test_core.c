// The server without sockets: an HTTP/2 client session in memory asks it, as every role,
// everything.
#include "wire/core_int.h"

#include "base/clk.h"
#include "lib/tap.h"
#include "proto/cas.pb-c.h"
#include "proto/health.pb-c.h"
#include "proto/reflection.pb-c.h"

enum { METHODS_MAX = 512 };

#define REFLECT_ASKED(what) GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_##what
#define REFLECT_REPLIED(what)                                                                      \
    GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_##what

struct talk {
    struct wire_core *core;
    struct wire_conn *conn;
    struct http2 *server;
    struct http2 *client;
    size_t handled;
    size_t refused;
    size_t due;
    bool hold;              // the handler keeps the call
    struct wire_call_id id; // of the last one
    char status[8];         // of the last answer
    char http[8];
    char text[256];
    struct buf body;
    size_t closed;
    bool broken;
};

// --- the engine: answers everything with an empty message ---------------------------------------

static void handle(void *engine, struct wire_call *call, const ProtobufCMessage *ask)
{
    struct talk *talk = engine;
    talk->handled++;
    talk->id = wire_call_id(call);
    if (ask->descriptor != call->kind->request) {
        talk->broken = true;
    }
    if (talk->hold) {
        return;
    }
    ProtobufCMessage *reply = arena_new(wire_call_arena(call), call->kind->reply->sizeof_message);
    protobuf_c_message_init(call->kind->reply, reply);
    if ((call->kind->flags & CALL_PARTS) != 0) {
        (void)wire_call_part(call, reply, NULL);
        wire_call_end(call);
    } else {
        wire_call_answer(call, reply);
    }
}

static void on_refused(void *engine, const struct wire_refused *what)
{
    struct talk *talk = engine;
    talk->refused++;
    if (what->why[0] == '\0' || what->identity.len == 0) {
        talk->broken = true;
    }
}

// --- the asker ----------------------------------------------------------------------------------

static void copy(char *to, size_t size, struct str from)
{
    (void)snprintf(to, size, "%.*s", (int)from.len, from.ptr);
}

static void on_head(void *arg, struct http2_stream *stream, const struct http2_field *fields,
                    size_t count)
{
    (void)stream;
    struct talk *talk = arg;
    for (size_t i = 0; i < count; i++) {
        if (str_eq(fields[i].name, STR("grpc-status"))) {
            copy(talk->status, sizeof(talk->status), fields[i].value);
        } else if (str_eq(fields[i].name, STR("grpc-message"))) {
            copy(talk->text, sizeof(talk->text), fields[i].value);
        } else if (str_eq(fields[i].name, STR(":status"))) {
            copy(talk->http, sizeof(talk->http), fields[i].value);
        }
    }
}

static void on_data(void *arg, struct http2_stream *stream, struct str bytes)
{
    (void)stream;
    struct talk *talk = arg;
    buf_add(&talk->body, bytes);
}

static void on_nothing(void *arg, struct http2_stream *stream)
{
    (void)arg;
    (void)stream;
}

static void on_close(void *arg, struct http2_stream *stream, uint32_t error)
{
    (void)stream;
    (void)error;
    struct talk *talk = arg;
    talk->closed++;
}

static const struct http2_events client_events = { on_head,    on_data, on_nothing,
                                                   on_nothing, NULL,    on_close };

static void on_flush(void *arg)
{
    (void)arg; // exchange() moves the bytes
}

static void on_due(void *arg)
{
    struct talk *talk = arg;
    talk->due++;
}

static bool exchange(struct talk *talk)
{
    for (bool moved = true; moved;) {
        moved = false;
        for (int i = 0; i < 2; i++) {
            OWN(buf_free) struct buf bytes = BUF_CAP(64 << 20);
            struct err err;
            http2_take(i == 0 ? talk->client : talk->server, &bytes, 32 << 20);
            moved = moved || bytes.len > 0;
            if (!http2_feed(i == 0 ? talk->server : talk->client, buf_str(&bytes), &err)) {
                return false;
            }
        }
    }
    return true;
}

static struct wire_method methods[METHODS_MAX];
static size_t method_count;

static void talk_init(struct talk *talk, unsigned role)
{
    *talk = (struct talk){ .body = BUF_CAP(16 << 20) };
    method_count = 0;
    for (size_t i = 0; i < wire_kind_count; i++) {
        if ((wire_kinds[i].flags & CALL_OWN) == 0) {
            methods[method_count++] = (struct wire_method){ wire_kinds[i].path, handle };
        }
    }
    const struct wire_server_settings settings = {
        .methods = methods, .method_count = method_count, .engine = talk, .on_refused = on_refused
    };
    const struct wire_peer peer = { .role = role, .role_name = wire_role_name(role), .host = "h" };
    struct err err;
    if (!wire_core_new(&settings, on_due, talk, &talk->core, &err)) {
        printf("Bail out! %s\n", err.text);
        exit(EXIT_FAILURE);
    }
    talk->conn = wire_conn_new(talk->core, &peer, STR("quoin://0123456789abcdef/x/h"), STR(""),
                               on_flush, NULL);
    talk->server = http2_new(true, &wire_conn_events, talk->conn);
    talk->client = http2_new(false, &client_events, talk);
    wire_core_serving(talk->core, true);
}

static void talk_fini(struct talk *talk)
{
    http2_free(&talk->client);
    http2_free(&talk->server);
    wire_conn_free(&talk->conn);
    CHECK(wire_core_call_count(talk->core) == 0 && talk->core->bytes == 0);
    wire_core_free(&talk->core);
    buf_free(&talk->body);
    CHECK(!talk->broken);
}

struct question {
    const char *path;
    const char *timeout; // NULL: none
    const char *type;    // NULL: application/grpc
    const char *method;  // NULL: POST
    const char *encoding;
    struct str body; // framed
    bool open;       // does not end it
};

static struct http2_stream *ask(struct talk *talk, const struct question *question)
{
    struct http2_field fields[8] = {
        { STR(":method"), str_of(question->method == NULL ? "POST" : question->method) },
        { STR(":scheme"), STR("https") },
        { STR(":path"), str_of(question->path) },
        { STR(":authority"), STR("x") },
    };
    size_t count = 4;
    fields[count++] = (struct http2_field){
        STR("content-type"), str_of(question->type == NULL ? "application/grpc" : question->type)
    };
    if (question->timeout != NULL) {
        fields[count++] = (struct http2_field){ STR("grpc-timeout"), str_of(question->timeout) };
    }
    if (question->encoding != NULL) {
        fields[count++] = (struct http2_field){ STR("grpc-encoding"), str_of(question->encoding) };
    }
    talk->status[0] = '\0';
    talk->http[0] = '\0';
    talk->body.len = 0;
    struct http2_stream *stream = http2_ask(talk->client, fields, count, NULL);
    http2_send(stream, question->body);
    if (!question->open) {
        http2_end(stream, NULL, 0);
    }
    CHECK(exchange(talk));
    return stream;
}

#define KEYED ((struct str){ "\0\0\0\0\22\12\20abcdefghijklmnop", 23 })
#define EMPTY ((struct str){ "\0\0\0\0\0", 5 })

static struct str body_for(const struct wire_kind *kind)
{
    return (kind->flags & CALL_KEYED) != 0 ? KEYED : EMPTY;
}

// --- the matrix ---------------------------------------------------------------------------------

static void test_every_role_with_every_call(void)
{
    static const unsigned roles[] = { ROLE_CAS, ROLE_DRE, ROLE_DCE,   ROLE_DME,
                                      ROLE_SPE, ROLE_WEB, ROLE_ADMIN, ROLE_JOINER };
    for (size_t r = 0; r < sizeof(roles) / sizeof(roles[0]); r++) {
        struct talk talk;
        talk_init(&talk, roles[r]);
        for (size_t i = 0; i < wire_kind_count; i++) {
            const struct wire_kind *kind = &wire_kinds[i];
            bool may = (kind->roles & roles[r]) != 0;
            size_t handled = talk.handled;
            size_t refused = talk.refused;
            bool watch = strcmp(kind->path, "/grpc.health.v1.Health/Watch") == 0;
            (void)ask(&talk, &(struct question){ .path = kind->path, .body = body_for(kind) });
            printf("# %s asks %s: %s\n", wire_role_name(roles[r]), kind->path, talk.status);
            CHECK(strcmp(talk.status, !may ? "7" : watch ? "" : "0") == 0);
            CHECK(talk.handled - handled == (may && (kind->flags & CALL_OWN) == 0 ? 1 : 0));
            CHECK(talk.refused - refused == (may ? 0 : 1));
            if ((kind->flags & CALL_KEYED) != 0 && may) {
                (void)ask(&talk, &(struct question){ .path = kind->path, .body = EMPTY });
                CHECK(strcmp(talk.status, "3") == 0 && talk.handled == handled + 1);
            }
        }
        talk_fini(&talk);
    }
}

// --- one request at a time ----------------------------------------------------------------------

static void test_what_is_turned_away(void)
{
    static const char get[] = "/quoin.v1.People/GetPerson";
    static const struct {
        const char *name;
        struct question question;
        const char *status;
        const char *http;
    } rows[] = {
        { "good", { .path = get, .body = { "\0\0\0\0\0", 5 } }, "0", "200" },
        { "good with a type",
          { .path = get, .body = { "\0\0\0\0\0", 5 }, .type = "application/grpc+proto" },
          "0",
          "200" },
        { "no such service", { .path = "/quoin.v1.Nothing/Get" }, "12", "200" },
        { "no such method", { .path = "/quoin.v1.People/Get" }, "12", "200" },
        { "case matters", { .path = "/quoin.v1.People/getperson" }, "12", "200" },
        { "a query", { .path = "/quoin.v1.People/GetPerson?x" }, "12", "200" },
        { "JSON", { .path = get, .type = "application/grpc+json" }, "3", "415" },
        { "a web page", { .path = get, .type = "text/html" }, "3", "415" },
        { "a type that begins alike", { .path = get, .type = "application/grpcx" }, "3", "415" },
        { "GET", { .path = get, .method = "GET" }, "3", "405" },
        { "gzip", { .path = get, .encoding = "gzip" }, "12", "200" },
        { "identity",
          { .path = get, .encoding = "identity", .body = { "\0\0\0\0\0", 5 } },
          "0",
          "200" },
        { "a timeout that is none", { .path = get, .timeout = "soon" }, "3", "200" },
        { "no message", { .path = get }, "3", "200" },
        { "half a head", { .path = get, .body = { "\0\0\0", 3 } }, "3", "200" },
        { "half a message", { .path = get, .body = { "\0\0\0\0\4\12\4m", 8 } }, "3", "200" },
        { "two messages", { .path = get, .body = { "\0\0\0\0\0\0\0\0\0\0", 10 } }, "3", "200" },
        { "bytes after the message", { .path = get, .body = { "\0\0\0\0\0x", 6 } }, "3", "200" },
        { "compressed", { .path = get, .body = { "\1\0\0\0\0", 5 } }, "3", "200" },
        { "a mebibyte and one",
          { .path = get, .body = { "\0\0\20\0\1", 5 }, .open = true },
          "8",
          "200" },
        { "4 GiB", { .path = get, .body = { "\0\377\377\377\377", 5 }, .open = true }, "8", "200" },
        { "not protobuf", { .path = get, .body = { "\0\0\0\0\1\377", 6 } }, "3", "200" },
        { "a control character", { .path = get, .body = { "\0\0\0\0\3\12\1\7", 8 } }, "3", "200" },
        { "a deadline that has passed",
          { .path = get, .body = { "\0\0\0\0\0", 5 }, .timeout = "0n" },
          "4",
          "200" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct talk talk;
        talk_init(&talk, ROLE_ADMIN);
        (void)ask(&talk, &rows[i].question);
        printf("# %s: %s %s %s\n", rows[i].name, talk.http, talk.status, talk.text);
        CHECK(strcmp(talk.status, rows[i].status) == 0);
        CHECK(strcmp(talk.http, rows[i].http) == 0);
        CHECK(talk.handled == (rows[i].status[0] == '0' ? 1 : 0));
        CHECK(talk.closed == 1);
        // The connection is none the worse.
        (void)ask(&talk, &(struct question){ .path = get, .body = EMPTY });
        CHECK(strcmp(talk.status, "0") == 0);
        talk_fini(&talk);
    }
}

static void test_a_call_is_found_until_it_is_over(void)
{
    struct talk talk;
    talk_init(&talk, ROLE_ADMIN);
    talk.hold = true;
    const struct question get = { .path = "/quoin.v1.People/GetPerson", .body = EMPTY };
    (void)ask(&talk, &get);
    struct wire_call_id first = talk.id;
    struct wire_call *call = wire_core_find(talk.core, first);
    CHECK(call != NULL && strcmp(wire_call_role(call), "admin") == 0 &&
          strcmp(wire_call_host(call), "h") == 0);
    int64_t left = wire_call_deadline_ms(call) - clk_mono_ms();
    CHECK(left > 4000 && left <= 5000);
    Quoin__V1__Person person = QUOIN__V1__PERSON__INIT;
    wire_call_answer(call, &person.base);
    CHECK(wire_core_find(talk.core, first) == NULL);
    CHECK(exchange(&talk) && strcmp(talk.status, "0") == 0);
    (void)ask(&talk, &get); // takes the same slot
    CHECK(wire_core_find(talk.core, first) == NULL && wire_core_find(talk.core, talk.id) != NULL);
    CHECK(wire_core_find(talk.core, (struct wire_call_id){ UINT64_MAX }) == NULL);
    CHECK(wire_core_find(talk.core, (struct wire_call_id){ 0 }) == NULL);
    talk_fini(&talk);
}

static void test_a_deadline_ends_the_call(void)
{
    struct talk talk;
    talk_init(&talk, ROLE_ADMIN);
    talk.hold = true;
    (void)ask(&talk, &(struct question){
                         .path = "/quoin.v1.People/GetPerson", .body = EMPTY, .timeout = "5m" });
    CHECK(talk.due == 1 && talk.handled == 1);
    (void)ask(&talk, &(struct question){ .path = "/quoin.v1.People/GetPerson", .body = EMPTY });
    CHECK(talk.due == 1); // later than the first: nobody need be told
    while (clk_mono_ms() < wire_core_next_ms(talk.core)) {
    } // 5 ms at most
    wire_core_expire(talk.core);
    CHECK(exchange(&talk) && strcmp(talk.status, "4") == 0);
    CHECK(wire_core_call_count(talk.core) == 1);
    CHECK(wire_core_next_ms(talk.core) > clk_mono_ms() + 1000);
    talk_fini(&talk);
}

static void test_a_cancelled_call_is_gone(void)
{
    struct talk talk;
    talk_init(&talk, ROLE_ADMIN);
    talk.hold = true;
    struct http2_stream *stream =
        ask(&talk, &(struct question){ .path = "/quoin.v1.People/GetPerson", .body = EMPTY });
    CHECK(wire_core_find(talk.core, talk.id) != NULL);
    http2_reset(stream, HTTP2_CANCEL);
    CHECK(exchange(&talk));
    CHECK(wire_core_find(talk.core, talk.id) == NULL && wire_core_call_count(talk.core) == 0);
    stream = ask(&talk, &(struct question){ .path = "/quoin.v1.People/GetPerson",
                                            .body = { "\0\0\0\0\11", 5 },
                                            .open = true });
    CHECK(wire_core_call_count(talk.core) == 1); // half a request
    http2_reset(stream, HTTP2_CANCEL);
    CHECK(exchange(&talk) && wire_core_call_count(talk.core) == 0);
    talk_fini(&talk);
}

static size_t readied;

static void on_ready(void *engine, struct wire_call *call)
{
    (void)engine;
    (void)call;
    readied++;
}

static void test_parts_are_held_back_and_asked_for(void)
{
    struct talk talk;
    talk_init(&talk, ROLE_ADMIN);
    talk.hold = true;
    (void)ask(&talk, &(struct question){ .path = "/quoin.v1.Ledger/Verify", .body = EMPTY });
    struct wire_call *call = wire_core_find(talk.core, talk.id);
    Quoin__V1__VerifyReply part = QUOIN__V1__VERIFY_REPLY__INIT;
    char finding[1000];
    memset(finding, 'x', sizeof(finding) - 1);
    finding[sizeof(finding) - 1] = '\0';
    part.finding = finding;
    size_t sent = 1;
    while (wire_call_part(call, &part.base, on_ready) && sent < 1000) {
        sent++;
    }
    CHECK(sent > 60 && sent < 70); // 64 KiB
    CHECK(readied == 0 && exchange(&talk) && readied == 1);
    CHECK(talk.body.len == sent * (999 + 3 + WIRE_FRAME_HEAD));
    wire_call_end(call);
    CHECK(exchange(&talk) && strcmp(talk.status, "0") == 0);
    talk_fini(&talk);
}

static void test_an_answer_too_large_is_a_refusal(void)
{
    struct talk talk;
    talk_init(&talk, ROLE_ADMIN);
    talk.hold = true;
    (void)ask(&talk, &(struct question){ .path = "/quoin.v1.People/GetPerson", .body = EMPTY });
    struct wire_call *call = wire_core_find(talk.core, talk.id);
    Quoin__V1__Person person = QUOIN__V1__PERSON__INIT;
    char *name = arena_new(wire_call_arena(call), WIRE_MESSAGE_MAX + 1);
    memset(name, 'x', WIRE_MESSAGE_MAX);
    person.name = name;
    wire_call_answer(call, &person.base);
    CHECK(exchange(&talk) && strcmp(talk.status, "8") == 0);
    talk_fini(&talk);
}

static void test_refusals_carry_code_text_and_reasons(void)
{
    struct talk talk;
    talk_init(&talk, ROLE_ADMIN);
    talk.hold = true;
    (void)ask(&talk, &(struct question){ .path = "/quoin.v1.People/GetPerson", .body = EMPTY });
    const struct err err = { .code = ERR_LIMIT, .text = "mary has 0.20 and this costs 0.30" };
    const char *const reasons[] = { "account-limit-reached", NULL };
    wire_call_refuse(wire_core_find(talk.core, talk.id), &err, reasons);
    CHECK(exchange(&talk) && strcmp(talk.status, "8") == 0);
    CHECK(strcmp(talk.text, "mary has 0.20 and this costs 0.30") == 0);
    talk_fini(&talk);
}

// --- health and reflection ----------------------------------------------------------------------

static int health_of(struct talk *talk, struct str body)
{
    (void)ask(talk, &(struct question){ .path = "/grpc.health.v1.Health/Check", .body = body });
    return talk->body.len == 7 ? talk->body.ptr[6] : talk->body.len == 5 ? 0 : -1;
}

static void test_health(void)
{
    struct talk talk;
    talk_init(&talk, ROLE_DRE);
    CHECK(health_of(&talk, EMPTY) == 1 && strcmp(talk.status, "0") == 0);
    CHECK(health_of(&talk, (struct str){ "\0\0\0\0\21\12\17quoin.v1.People", 22 }) == 1);
    CHECK(health_of(&talk, (struct str){ "\0\0\0\0\6\12\4none", 11 }) == -1);
    CHECK(strcmp(talk.status, "5") == 0);
    (void)ask(&talk, &(struct question){ .path = "/grpc.health.v1.Health/Watch", .body = EMPTY });
    CHECK(talk.body.len == 7 && talk.body.ptr[6] == 1);
    wire_core_serving(talk.core, false);
    CHECK(exchange(&talk) && talk.body.len == 14 && talk.body.ptr[13] == 2);
    wire_core_serving(talk.core, false);
    CHECK(exchange(&talk) && talk.body.len == 14); // no change, no word
    CHECK(health_of(&talk, EMPTY) == 2);
    talk_fini(&talk);
}

static const Grpc__Reflection__V1__ServerReflectionResponse *
reflect(struct talk *talk, struct arena *arena, const char *version,
        Grpc__Reflection__V1__ServerReflectionRequest *request)
{
    struct str bytes = { "", 0 };
    struct err err;
    char path[100];
    CHECK(wire_frame_pack(arena, &request->base, &bytes, &err));
    (void)snprintf(path, sizeof(path), "/grpc.reflection.%s.ServerReflection/ServerReflectionInfo",
                   version);
    (void)ask(talk, &(struct question){ .path = path, .body = bytes });
    CHECK(strcmp(talk->status, "0") == 0 && talk->body.len > WIRE_FRAME_HEAD);
    ProtobufCMessage *reply = protobuf_c_message_unpack(
        &grpc__reflection__v1__server_reflection_response__descriptor, NULL,
        talk->body.len - WIRE_FRAME_HEAD, (uint8_t *)talk->body.ptr + WIRE_FRAME_HEAD);
    CHECK(reply != NULL);
    return (const Grpc__Reflection__V1__ServerReflectionResponse *)reply;
}

// The table lists the calls of a service one after the other.
static size_t services_known(void)
{
    size_t count = 0;
    for (size_t i = 0; i < wire_kind_count; i++) {
        count += i == 0 || strcmp(wire_kinds[i].service, wire_kinds[i - 1].service) != 0 ? 1 : 0;
    }
    return count;
}

static void test_reflection(const char *version)
{
    static const struct {
        const char *name;
        bool is_file;
        bool found;
    } rows[] = {
        { "quoin/v1/cas.proto", true, true },   { "quoin/v1/common.proto", true, true },
        { "quoin/v1/none.proto", true, false }, { "quoin.v1.People", false, true },
        { "quoin.v1.Person", false, true },     { "quoin.v1.People.AddPerson", false, true },
        { "quoin.v1.Certainty", false, true },  { "grpc.health.v1.Health", false, true },
        { "quoin.v1.Peopl", false, false },     { "", false, false },
    };
    struct talk talk;
    talk_init(&talk, ROLE_ADMIN);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        Grpc__Reflection__V1__ServerReflectionRequest request =
            GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__INIT;
        char *name = arena_text(&arena, str_of(rows[i].name));
        request.message_request_case = rows[i].is_file ? REFLECT_ASKED(FILE_BY_FILENAME)
                                                       : REFLECT_ASKED(FILE_CONTAINING_SYMBOL);
        request.file_by_filename = name;
        const Grpc__Reflection__V1__ServerReflectionResponse *reply =
            reflect(&talk, &arena, version, &request);
        bool found = reply->message_response_case == REFLECT_REPLIED(FILE_DESCRIPTOR_RESPONSE);
        printf("# %s\n", rows[i].name);
        CHECK(found == rows[i].found);
        CHECK(!found || reply->file_descriptor_response->file_descriptor_proto[0].len > 50);
        protobuf_c_message_free_unpacked((ProtobufCMessage *)(uintptr_t)&reply->base, NULL);
    }
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    Grpc__Reflection__V1__ServerReflectionRequest request =
        GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__INIT;
    request.message_request_case = REFLECT_ASKED(LIST_SERVICES);
    request.list_services = arena_text(&arena, STR("*"));
    const Grpc__Reflection__V1__ServerReflectionResponse *reply =
        reflect(&talk, &arena, version, &request);
    CHECK(reply->list_services_response->n_service == services_known());
    protobuf_c_message_free_unpacked((ProtobufCMessage *)(uintptr_t)&reply->base, NULL);
    talk_fini(&talk);
}

static void test_a_method_outside_the_table_is_not_served(void)
{
    const struct wire_method stray = { "/quoin.v1.People/Stray", handle };
    const struct wire_server_settings settings = { .methods = &stray, .method_count = 1 };
    struct wire_core *core = NULL;
    struct err err = { 0 };
    CHECK(!wire_core_new(&settings, on_due, NULL, &core, &err) && err.code == ERR_INTERNAL);
}

int main(void)
{
    test_every_role_with_every_call();
    test_what_is_turned_away();
    test_a_call_is_found_until_it_is_over();
    test_a_deadline_ends_the_call();
    test_a_cancelled_call_is_gone();
    test_parts_are_held_back_and_asked_for();
    test_an_answer_too_large_is_a_refusal();
    test_refusals_carry_code_text_and_reasons();
    test_health();
    test_reflection("v1");
    test_reflection("v1alpha");
    test_a_method_outside_the_table_is_not_served();
    return tap_done();
}
