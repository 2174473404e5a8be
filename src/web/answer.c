// answer: every answer leaves here, with the fields that all have. See web_int.h.
//
// no unit test: needs a server; tests/it/test_web.py looks at every answer's fields.

#include "web/web_int.h"

#include "base/enc.h"
#include "crypto/hash.h"
#include "http/write.h"
#include "web/face.h"
#include <assert.h>

void web_add_field(struct web_visit *visit, const char *name, struct str value)
{
    assert(visit->field_count < WEB_FIELDS_MAX);
    visit->fields[visit->field_count++] = (struct http_field){ str_of(name), value };
}

static bool has_field(const struct web_visit *visit, const char *name)
{
    for (size_t i = 0; i < visit->field_count; i++) {
        if (http_word_eq(visit->fields[i].name, str_of(name))) {
            return true;
        }
    }
    return false;
}

void web_add_security(struct web_visit *visit, bool page)
{
    static const char policy_page[] =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
    static const char policy_data[] = "default-src 'none'; frame-ancestors 'none'";
    web_add_field(visit, "X-Content-Type-Options", STR("nosniff"));
    web_add_field(visit, "Content-Security-Policy", str_of(page ? policy_page : policy_data));
    web_add_field(visit, "Strict-Transport-Security", STR("max-age=63072000"));
    // Under no-referrer a browser sends a form of ours with "Origin: null" (Fetch, 3.2).
    web_add_field(visit, "Referrer-Policy", page ? STR("same-origin") : STR("no-referrer"));
    web_add_field(visit, "Cross-Origin-Resource-Policy", STR("same-origin"));
    if (page) {
        web_add_field(visit, "Cross-Origin-Opener-Policy", STR("same-origin"));
        web_add_field(visit, "Permissions-Policy",
                      STR("camera=(), microphone=(), geolocation=(), payment=()"));
        web_add_field(visit, "X-Frame-Options", STR("DENY"));
    }
    if (!has_field(visit, "Cache-Control")) {
        web_add_field(visit, "Cache-Control", STR("no-store"));
    }
}

void web_answer(struct web_visit *visit, unsigned status, const char *type, struct str body)
{
    struct httpio_exchange *exchange = web_exchange(visit);
    if (exchange == NULL || visit->answered) {
        return;
    }
    visit->answered = true;
    web_add_security(visit, strncmp(type, "text/html", 9) == 0);
    const struct httpio_answer answer = { .status = status,
                                          .type = body.len > 0 ? str_of(type) : STR(""),
                                          .fields = visit->fields,
                                          .field_count = visit->field_count };
    httpio_exchange_answer(exchange, &answer, body);
}

void web_tag_of(struct str body, char tag[static 40])
{
    uint8_t hash[CRYPTO_HASH_LEN];
    OWN(buf_free) struct buf text = BUF_CAP(64);
    crypto_hash_of(body, hash);
    buf_add(&text, STR("\""));
    enc_hex_add(&text, hash, 16);
    buf_add(&text, STR("\""));
    memcpy(tag, text.ptr, text.len);
    tag[text.len] = '\0';
}

// Whether a list of tags (If-None-Match, If-Match) has this one.
static bool has_tag(struct str list, const char *tag)
{
    return str_eq(list, STR("*")) || (list.len > 0 && memmem(list.ptr, list.len, tag, strlen(tag)));
}

void web_answer_tagged(struct web_visit *visit, const char *type, struct str body)
{
    char tag[40];
    web_tag_of(body, tag);
    web_add_field(visit, "ETag", str_of(web_text(visit, str_of(tag))));
    if (has_tag(web_field(visit, "If-None-Match"), tag)) {
        web_answer(visit, 304, type, STR(""));
        return;
    }
    web_answer(visit, 200, type, body);
}

void web_answer_json(struct web_visit *visit, unsigned status)
{
    if (!buf_ok(&visit->out)) {
        web_problem(visit, 500, "too-large", "The answer is too large: ask for less.", NULL);
        return;
    }
    if (status == 200 && str_eq(visit->method, STR("GET"))) {
        web_answer_tagged(visit, "application/json", buf_str(&visit->out));
    } else {
        web_answer(visit, status, "application/json", buf_str(&visit->out));
    }
}

void web_answer_page(struct web_visit *visit, unsigned status, struct str html)
{
    web_answer(visit, status, "text/html; charset=utf-8", html);
}

void web_go(struct web_visit *visit, const char *path)
{
    web_add_field(visit, "Location", str_of(path == NULL ? "/" : path));
    web_answer(visit, 303, "text/plain; charset=utf-8", STR(""));
}

// --- problems -----------------------------------------------------------------------------------

unsigned web_status_of(enum err_code code)
{
    switch (code) {
    case ERR_NONE: return 200;
    case ERR_INVALID: return 400;
    case ERR_NOT_FOUND: return 404;
    case ERR_EXISTS: return 409;
    case ERR_DENIED: return 403;
    case ERR_LIMIT: return 422;
    case ERR_CONFLICT: return 409;
    case ERR_UNAVAILABLE: return 503;
    case ERR_TIMEOUT: return 504;
    case ERR_INTERNAL: return 500;
    }
    return 500;
}

static void write_problem(struct web_visit *visit, unsigned status, const char *code,
                          const char *detail, const char *const *reasons)
{
    buf_free(&visit->out);
    visit->out = BUF_CAP(WEB_OUT_MAX);
    struct json json = json_to(&visit->out);
    json_object(&json);
    const char *type = arena_textf(&visit->arena, "/problems/%s", code);
    json_text_field(&json, "type", type == NULL ? "about:blank" : type);
    json_text_field(&json, "title", http_status_text(status));
    json_int_field(&json, "status", status);
    json_text_field(&json, "detail", detail);
    json_key(&json, "reasons");
    json_array(&json);
    if (reasons == NULL || reasons[0] == NULL) { // nobody said it more exactly
        json_str(&json, str_of(code));
    }
    for (size_t i = 0; reasons != NULL && reasons[i] != NULL; i++) {
        json_str(&json, str_of(reasons[i]));
    }
    json_end(&json);
    json_end(&json);
    web_answer(visit, status, "application/problem+json", buf_str(&visit->out));
}

void web_problem(struct web_visit *visit, unsigned status, const char *code, const char *detail,
                 const char *const *reasons)
{
    if (visit->answered || visit->gone) {
        return;
    }
    visit->web->refused++;
    if (status == 503 && !has_field(visit, "Retry-After")) {
        web_add_field(visit, "Retry-After", STR("2"));
    }
    if (web_route_is_api(visit->path) || status == 308) {
        write_problem(visit, status, code, detail, reasons);
        return;
    }
    struct html html = HTML_CAP(WEB_OUT_MAX);
    struct face face = web_face_of(visit);
    const struct face_problem problem = { .status = status,
                                          .code = code,
                                          .title = http_status_text(status),
                                          .detail = detail,
                                          .reasons = reasons };
    web_face_problem(&html, &face, &problem);
    web_answer_page(visit, status, buf_str(&html.out));
    web_html_free(&html);
}

void web_fail(struct web_visit *visit, const struct err *err, const char *const *reasons)
{
    const char *const own[] = { err->reason, NULL };
    unsigned status = web_status_of(err->code);
    const char *text = err->text;
    if ((reasons == NULL || reasons[0] == NULL) && err->reason != NULL) {
        reasons = own;
    }
    if (err->code == ERR_DENIED && reasons != NULL && reasons[0] != NULL &&
        strcmp(reasons[0], "not-signed-in") == 0) {
        status = 401;
    }
    if (err->code == ERR_INTERNAL) {
        text = "Something went wrong here; the log says what.";
    }
    // The code's name as a keyword: "not-found".
    web_problem(visit, status, err_name(err->code), text, reasons);
}
