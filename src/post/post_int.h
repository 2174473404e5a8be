// post's own parts.
#pragma once

#include "post/post.h"

#include "base/buf.h"
#include <curl/curl.h>

// A handle with what every sending shares; NULL: no memory. The answer gathers what comes back.
CURL *post_handle(struct post_answer *answer, const char *authority);
void post_handle_free(CURL **curl);

// "https://host/…": may libcurl have it? scheme_one and scheme_two are what is allowed.
bool post_url_check(const char *url, const char *scheme_one, const char *scheme_two,
                    struct err *err) CC_MUST_USE;

// Performs it, and says in the answer what came. ERR_UNAVAILABLE names what did not work.
bool post_perform(CURL *curl, struct post_answer *answer, struct err *err) CC_MUST_USE;

// "Quoin <quoin@example.org>": the address alone, between < and >, as an envelope has it.
bool post_address_read(const char *text, char address[static 320], struct err *err) CC_MUST_USE;
// The message whole (RFC 5322, MIME): header fields that hold no line of a stranger, body in
// base64.
void post_mail_write(const struct post_mail *mail, struct buf *out);

// The signature of a delivery: "v1,…".
bool post_hook_sign(const struct post_hook *hook, struct buf *out, struct err *err) CC_MUST_USE;
