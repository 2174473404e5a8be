// post/hook: a webhook's delivery, signed (Standard Webhooks: webhook-id, webhook-timestamp,
// webhook-signature).

#include "post/post_int.h"

#include "base/enc.h"
#include "crypto/hash.h"

enum { HOOK_SECRET_MIN = 24, HOOK_SECRET_MAX = 256, HOOK_LINE_MAX = 1024 };

static bool secret_read(const char *text, uint8_t secret[static HOOK_SECRET_MAX], size_t *len,
                        struct err *err)
{
    static const char mark[] = "whsec_";
    size_t size = strlen(text);
    if (size > HOOK_SECRET_MAX || size < HOOK_SECRET_MIN) {
        return err_set(err, ERR_INVALID, "a webhook's secret has %d to %d letters", HOOK_SECRET_MIN,
                       HOOK_SECRET_MAX);
    }
    if (strncmp(text, mark, sizeof(mark) - 1) != 0) {
        memcpy(secret, text, size);
        *len = size;
        return true;
    }
    struct str coded = { text + sizeof(mark) - 1, size - sizeof(mark) + 1 };
    return enc_base64_read(coded, secret, len) ||
           err_set(err, ERR_INVALID, "after whsec_ a secret is written in base64");
}

bool post_hook_check(const char *url, const char *secret, struct err *err)
{
    uint8_t bytes[HOOK_SECRET_MAX];
    size_t len;
    return post_url_check(url, "http", "https", err) &&
           (secret == NULL || secret_read(secret, bytes, &len, err));
}

bool post_hook_sign(const struct post_hook *hook, struct buf *out, struct err *err)
{
    uint8_t secret[HOOK_SECRET_MAX];
    size_t len;
    if (!secret_read(hook->secret, secret, &len, err)) {
        return false;
    }
    OWN(buf_free) struct buf signing = BUF_CAP(POST_TEXT_MAX + HOOK_LINE_MAX);
    buf_addf(&signing, "%s.%lld.", hook->id, (long long)(hook->at / 1000));
    buf_add(&signing, hook->body);
    uint8_t mac[CRYPTO_HASH_LEN];
    crypto_mac_of((struct str){ (const char *)secret, len }, buf_str(&signing), mac);
    buf_addf(out, "v1,");
    enc_base64_add(out, mac, sizeof(mac));
    buf_addf(out, "=");
    return (buf_ok(&signing) && buf_ok(out)) ||
           err_set(err, ERR_LIMIT, "the news is longer than %d bytes", (int)POST_TEXT_MAX);
}

static void add_header(struct curl_slist **headers, struct buf *line)
{
    struct curl_slist *more = buf_ok(line) ? curl_slist_append(*headers, line->ptr) : NULL;
    *headers = more == NULL ? *headers : more;
    buf_free(line);
}

static bool headers_make(const struct post_hook *hook, struct curl_slist **headers, struct err *err)
{
    struct buf line = BUF_CAP(HOOK_LINE_MAX);
    buf_addf(&line, "content-type: application/json");
    add_header(headers, &line);
    buf_addf(&line, "expect:"); // libcurl would ask and wait
    add_header(headers, &line);
    buf_addf(&line, "webhook-id: %s", hook->id);
    add_header(headers, &line);
    buf_addf(&line, "webhook-timestamp: %lld", (long long)(hook->at / 1000));
    add_header(headers, &line);
    if (hook->secret == NULL) {
        return true;
    }
    buf_addf(&line, "webhook-signature: ");
    bool signed_well = post_hook_sign(hook, &line, err);
    add_header(headers, &line);
    return signed_well;
}

static void judge(struct post_answer *answer)
{
    answer->gone = answer->status == 410;
    answer->again = answer->status == 0 || answer->status >= 500 || answer->status == 429 ||
                    answer->status == 408;
}

static bool hook_perform(CURL *curl, const struct post_hook *hook, struct curl_slist *headers,
                         struct post_answer *answer, struct err *err)
{
    (void)curl_easy_setopt(curl, CURLOPT_URL, hook->url);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "Quoin");
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, hook->body.ptr);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)hook->body.len);
    bool came = post_perform(curl, answer, err);
    judge(answer);
    if (!came) {
        return false;
    }
    return (answer->status >= 200 && answer->status < 300) ||
           err_set(err, answer->again ? ERR_UNAVAILABLE : ERR_INVALID,
                   "the webhook answers %ld%s%s", answer->status, answer->text[0] ? ": " : "",
                   answer->text);
}

bool post_hook_send(const struct post_hook *hook, struct post_answer *answer, struct err *err)
{
    OWN(post_handle_free) CURL *curl = post_handle(answer, hook->authority);
    struct curl_slist *headers = NULL;
    if (!post_hook_check(hook->url, hook->secret, err)) {
        return false;
    }
    if (curl == NULL) {
        answer->again = true;
        return err_set(err, ERR_UNAVAILABLE, "no memory to call a webhook");
    }
    bool sent = headers_make(hook, &headers, err) && hook_perform(curl, hook, headers, answer, err);
    curl_slist_free_all(headers);
    return sent;
}
