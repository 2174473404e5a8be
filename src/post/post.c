// post: what mails and webhooks share.

#include "post/post_int.h"

#include "base/enc.h"
#include <stdio.h>

bool post_start(struct err *err)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ||
           err_set(err, ERR_INTERNAL, "libcurl does not start");
}

// The beginning of what the other side says, for people to read.
static size_t on_body(char *bytes, size_t one, size_t len, void *arg)
{
    struct post_answer *answer = arg;
    size_t has = strlen(answer->text);
    size_t fits = POST_ANSWER_MAX - has < len ? POST_ANSWER_MAX - has : len;
    for (size_t i = 0; i < fits; i++) {
        answer->text[has + i] = bytes[i] == '\0' ? ' ' : bytes[i];
    }
    answer->text[has + fits] = '\0';
    (void)one; // always 1
    return len;
}

CURL *post_handle(struct post_answer *answer, const char *authority)
{
    *answer = (struct post_answer){ 0 };
    CURL *curl = curl_easy_init();
    if (curl == NULL) {
        return NULL;
    }
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)POST_CONNECT_MS);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)POST_WAIT_MS);
    (void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, ""); // the environment's is not ours
    (void)curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    if (authority != NULL) {
        (void)curl_easy_setopt(curl, CURLOPT_CAINFO, authority);
    }
    return curl;
}

void post_handle_free(CURL **curl)
{
    if (*curl != NULL) {
        curl_easy_cleanup(*curl);
        *curl = NULL;
    }
}

static bool url_part(CURLU *url, CURLUPart what, char **text)
{
    return curl_url_get(url, what, text, 0) == CURLUE_OK && *text != NULL && (*text)[0] != '\0';
}

static bool url_parts_check(CURLU *url, const char *scheme_one, const char *scheme_two,
                            struct err *err)
{
    char *scheme = NULL;
    char *host = NULL;
    char *user = NULL;
    bool good = url_part(url, CURLUPART_SCHEME, &scheme) && url_part(url, CURLUPART_HOST, &host) &&
                (strcmp(scheme, scheme_one) == 0 || strcmp(scheme, scheme_two) == 0);
    bool has_user = url_part(url, CURLUPART_USER, &user);
    curl_free(scheme);
    curl_free(host);
    curl_free(user);
    if (!good) {
        return err_set(err, ERR_INVALID, "an address begins with %s:// or %s:// and names a host",
                       scheme_one, scheme_two);
    }
    return !has_user || err_set(err, ERR_INVALID,
                                "an address holds no user and no password: they would be shown "
                                "wherever it is");
}

bool post_url_check(const char *url, const char *scheme_one, const char *scheme_two,
                    struct err *err)
{
    CURLU *parsed = curl_url();
    if (parsed == NULL) {
        return err_set(err, ERR_LIMIT, "no memory for an address");
    }
    bool good = enc_is_plain(str_of(url)) &&
                curl_url_set(parsed, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;
    good = good ? url_parts_check(parsed, scheme_one, scheme_two, err)
                : err_set(err, ERR_INVALID, "this is no address that can be called");
    curl_url_cleanup(parsed);
    return good;
}

bool post_perform(CURL *curl, struct post_answer *answer, struct err *err)
{
    char trouble[CURL_ERROR_SIZE] = "";
    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, trouble);
    CURLcode code = curl_easy_perform(curl);
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
    enc_make_plain(answer->text, strlen(answer->text));
    if (code == CURLE_OK) {
        return true;
    }
    const char *why = trouble[0] != '\0' ? trouble : curl_easy_strerror(code);
    if (answer->text[0] == '\0') {
        (void)snprintf(answer->text, sizeof(answer->text), "%s", why);
        enc_make_plain(answer->text, strlen(answer->text));
    }
    return err_set(err, ERR_UNAVAILABLE, "%s", answer->text);
}
