// The face over real HTTP on loopback: jobs in, long answers out, clients that leave.
#include "ippd/door.h"

#include "lib/http_rig.h"
#include "lib/ippd_ask.h"
#include "lib/tap.h"

struct scene {
    struct ask ask; // for its fake engine and its requests
    struct ippd_door *door;
    struct httpio_server *server;
    int strays;
};

static void on_request(void *arg, struct httpio_exchange *exchange)
{
    struct scene *scene = arg;
    if (!ippd_door_take(scene->door, exchange)) {
        scene->strays++;
        struct httpio_answer answer = { .status = 404 };
        httpio_exchange_answer(exchange, &answer, STR(""));
    }
}

static void identify(void *arg, struct httpio_exchange *exchange, struct buf *user, bool *admin)
{
    (void)arg;
    struct str who = http_field_find(httpio_exchange_request(exchange)->fields, STR("X-Who"));
    if (who.len > 0) {
        buf_add(user, who);
        *admin = str_eq(who, STR("root"));
    }
}

static void scene_start(struct scene *scene)
{
    struct err err;
    memset(scene, 0, sizeof(*scene));
    ask_init(&scene->ask);
    scene->door = ippd_door_new(
        &(struct ippd_door_settings){ .backend = &scene->ask.backend, .identify = identify });
    struct httpio_server_settings settings = { .host = "127.0.0.1",
                                               .on_request = on_request,
                                               .arg = scene };
    if (!httpio_server_new(rig_loop, &settings, &scene->server, &err)) {
        printf("Bail out! %s\n", err.text);
        exit(EXIT_FAILURE);
    }
}

static void scene_end(struct scene *scene)
{
    httpio_server_free(&scene->server);
    ippd_door_free(&scene->door);
    ask_fini(&scene->ask);
}

static bool is_whole(void *arg)
{
    struct raw *raw = arg;
    const char *body = raw->got.len == 0 ? NULL : memmem(raw->got.ptr, raw->got.len, "\r\n\r\n", 4);
    const char *length = body == NULL ? NULL : strstr(raw->got.ptr, "Content-Length: ");
    return length != NULL &&
           raw->got.len >= (size_t)(body + 4 - raw->got.ptr) + strtoul(length + 16, NULL, 10);
}

// Sends all of it and waits for one whole answer, which stays in raw->got.
static unsigned talk(struct scene *scene, struct str bytes, struct raw *raw)
{
    raw_start(raw, httpio_server_port(scene->server), bytes);
    return rig_wait_for(is_whole, raw) ? (unsigned)strtoul(raw->got.ptr + 9, NULL, 10) : 0;
}

static unsigned get(struct scene *scene, const char *what)
{
    OWN(buf_free) struct buf text = BUF_CAP(4096);
    struct raw raw;
    buf_addf(&text, "%s HTTP/1.1\r\nHost: h:1\r\nContent-Length: 0\r\n\r\n", what);
    unsigned status = talk(scene, buf_str(&text), &raw);
    raw_stop(&raw);
    return status;
}

// Posts the scene's request with a document behind it. The IPP status; 0: there was none.
static uint16_t post(struct scene *scene, struct str document, const char *fields)
{
    OWN(buf_free) struct buf text = BUF_CAP(64 << 20);
    struct ask *ask = &scene->ask;
    struct raw raw;
    ipp_out_end(&ask->out);
    buf_addf(&text,
             "POST /ipp/print/office HTTP/1.1\r\nHost: h:1\r\nContent-Type: application/ipp\r\n%s"
             "Content-Length: %zu\r\n\r\n",
             fields, ask->request.len + document.len);
    buf_add(&text, buf_str(&ask->request));
    buf_add(&text, document);
    uint16_t status = 0;
    if (talk(scene, buf_str(&text), &raw) == 200) {
        const char *body = (const char *)memmem(raw.got.ptr, raw.got.len, "\r\n\r\n", 4) + 4;
        ask_on_answer(ask, (struct str){ body, raw.got.len - (size_t)(body - raw.got.ptr) });
        ask->answers = 1;
        status = ask_status(ask);
    }
    raw_stop(&raw);
    return status;
}

static void test_what_is_not_ipp(void)
{
    struct scene scene;
    scene_start(&scene);
    CHECK(get(&scene, "GET /ipp/print/office") == 200);
    CHECK(get(&scene, "GET /ipp/print/attic") == 404);
    CHECK(get(&scene, "GET /ipp/icon/48.png") == 200);
    CHECK(get(&scene, "GET /ipp/icon/49.png") == 404);
    CHECK(get(&scene, "GET /ipp/icon/.png") == 404);
    CHECK(get(&scene, "GET /ipp/icon/48.gif") == 404);
    CHECK(get(&scene, "GET /ipp/") == 404);
    CHECK(get(&scene, "DELETE /ipp/print/office") == 405);
    CHECK(get(&scene, "POST /ipp/print/office") == 415);
    CHECK(scene.strays == 0);
    CHECK(get(&scene, "GET /elsewhere") == 404 && scene.strays == 1);
    scene_end(&scene);
}

static void test_a_job_over_http(void)
{
    struct scene scene;
    scene_start(&scene);
    static char document[300000];
    memset(document, 'x', sizeof(document));
    (void)ask_begin(&scene.ask, IPP_OP_PRINT_JOB);
    CHECK(post(&scene, (struct str){ document, sizeof(document) }, "") == IPP_STATUS_OK);
    CHECK(scene.ask.fake.written == sizeof(document));
    CHECK_STR(ipp_msg_text(&scene.ask.msg, IPP_TAG_JOB, "job-uri"), "ipp://h:1/ipp/print/office/1");
    CHECK_STR(scene.ask.fake.jobs[0].shown.user, "alice");
    scene_end(&scene);
}

static void test_who_is_proven_comes_from_the_door(void)
{
    struct scene scene;
    scene_start(&scene);
    (void)ask_begin(&scene.ask, IPP_OP_PRINT_JOB);
    CHECK(post(&scene, STR("x"), "X-Who: bob\r\n") == IPP_STATUS_OK);
    CHECK_STR(scene.ask.fake.jobs[0].shown.user, "bob");
    (void)ask_begin(&scene.ask, IPP_OP_PAUSE_PRINTER);
    CHECK(post(&scene, STR(""), "X-Who: bob\r\n") == IPP_STATUS_NOT_AUTHORIZED);
    (void)ask_begin(&scene.ask, IPP_OP_PAUSE_PRINTER);
    CHECK(post(&scene, STR(""), "X-Who: root\r\n") == IPP_STATUS_OK);
    scene_end(&scene);
}

static void test_a_long_answer_goes_out_whole(void)
{
    struct scene scene;
    scene_start(&scene);
    for (int i = 0; i < 1000; i++) {
        (void)ask_print(&scene.ask, "alice");
    }
    ipp_out_keyword(ask_begin(&scene.ask, IPP_OP_GET_JOBS), "requested-attributes", "all");
    CHECK(post(&scene, STR(""), "") == IPP_STATUS_OK);
    CHECK(ask_groups(&scene.ask, IPP_TAG_JOB) == 1000 && scene.ask.answer.len > 500000);
    scene_end(&scene);
}

static bool has_written(void *arg)
{
    struct scene *scene = arg;
    return scene->ask.fake.written > 0;
}

static bool has_aborted(void *arg)
{
    struct scene *scene = arg;
    return scene->ask.fake.aborts > 0;
}

static void test_a_client_that_leaves(void)
{
    struct scene scene;
    struct raw raw;
    OWN(buf_free) struct buf text = BUF_CAP(65536);
    scene_start(&scene);
    (void)ask_begin(&scene.ask, IPP_OP_PRINT_JOB);
    ipp_out_end(&scene.ask.out);
    buf_addf(&text,
             "POST /ipp/print/office HTTP/1.1\r\nHost: h:1\r\nContent-Type: application/ipp\r\n"
             "Content-Length: 100000\r\n\r\n");
    buf_add(&text, buf_str(&scene.ask.request));
    buf_add(&text, STR("the beginning of a document"));
    raw_start(&raw, httpio_server_port(scene.server), buf_str(&text));
    CHECK(rig_wait_for(has_written, &scene));
    raw_stop(&raw);
    CHECK(rig_wait_for(has_aborted, &scene) && scene.ask.fake.aborts == 1);
    scene_end(&scene);
}

// The sink holds back: the client cannot push more than the buffers on the way hold.
static void test_back_pressure_reaches_the_client(void)
{
    struct scene scene;
    struct raw raw;
    enum { LEN = 48 << 20 };
    OWN(buf_free) struct buf text = BUF_CAP(64 << 20);
    static char piece[1 << 20];
    scene_start(&scene);
    scene.ask.fake.hold_back = true;
    (void)ask_begin(&scene.ask, IPP_OP_PRINT_JOB);
    ipp_out_end(&scene.ask.out);
    buf_addf(&text,
             "POST /ipp/print/office HTTP/1.1\r\nHost: h:1\r\nContent-Type: application/ipp\r\n"
             "Content-Length: %zu\r\n\r\n",
             scene.ask.request.len + LEN);
    buf_add(&text, buf_str(&scene.ask.request));
    for (int i = 0; i < 12; i++) { // the rest of LEN is never sent
        buf_add(&text, (struct str){ piece, sizeof(piece) });
    }
    raw_start(&raw, httpio_server_port(scene.server), buf_str(&text));
    CHECK(rig_wait_for(has_written, &scene));
    rig_run(100);
    CHECK(scene.ask.fake.written < 2 << 20);
    raw_stop(&raw);
    scene_end(&scene);
    CHECK(scene.ask.fake.aborts == 1);
}

int main(void)
{
    rig_start();
    test_what_is_not_ipp();
    test_a_job_over_http();
    test_who_is_proven_comes_from_the_door();
    test_a_long_answer_goes_out_whole();
    test_a_client_that_leaves();
    test_back_pressure_reaches_the_client();
    rig_end();
    return tap_done();
}
