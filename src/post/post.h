// post: sends a mail by SMTP (RFC 5321, STARTTLS by RFC 3207) or a call to a webhook, through
// libcurl. Blocks, for post_wait's time at most: for a pool's thread. Keeps nothing between calls.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    POST_CONNECT_MS = 10000,
    POST_WAIT_MS = 30000,
    POST_ANSWER_MAX = 240,
    POST_TEXT_MAX = 64 * 1024, // of a mail or a body
};

// Before the first thread; once a process.
bool post_start(struct err *err) CC_MUST_USE;

struct post_answer {
    long status; // of SMTP or HTTP; 0: none came
    bool again;  // it may be tried again later: nobody there, 4xx of SMTP, 5xx, 429, 408
    bool gone;   // 410: the webhook is wanted no more
    char text[POST_ANSWER_MAX + 1]; // what the other side said, plain
};

struct post_mail {      // all borrowed, NUL-terminated
    const char *server; // "smtp://mail.example.org:587", "smtps://…"
    const char *user;   // NULL: none
    const char *password;
    const char *from; // "Quoin <quoin@example.org>" or an address alone
    const char *to;   // as from
    const char *subject;
    const char *text;      // UTF-8, lines end in \n
    const char *id;        // of the message: the same for the same news
    int64_t at;            // wall clock, ms
    bool need_tls;         // without STARTTLS nothing is sent
    const char *authority; // a file of certificates to trust; NULL: the machine's
};
// ERR_INVALID: it can never be sent as it is; ERR_UNAVAILABLE: not this time.
bool post_mail_send(const struct post_mail *mail, struct post_answer *answer,
                    struct err *err) CC_MUST_USE;

struct post_hook {         // a delivery as the Standard Webhooks specification has it
    const char *url;       // http:// or https://; redirects are not followed
    const char *secret;    // "whsec_…" or any text of 24 bytes at least; NULL: not signed
    const char *id;        // the same for each try of one delivery
    int64_t at;            // wall clock, ms: of this try
    struct str body;       // JSON
    const char *authority; // as above
};
bool post_hook_send(const struct post_hook *hook, struct post_answer *answer,
                    struct err *err) CC_MUST_USE;

// May an address or URL of a target be used at all? For the one who configures it.
bool post_mail_check(const char *server, const char *from, const char *to,
                     struct err *err) CC_MUST_USE;
bool post_hook_check(const char *url, const char *secret, struct err *err) CC_MUST_USE;

// A line for the log of the machine, where syslog or the journal listens: path, NULL: /dev/log.
// Does not block. ERR_UNAVAILABLE: nobody listens, or it takes nothing now.
bool post_syslog(const char *path, bool critical, const char *text, struct post_answer *answer,
                 struct err *err) CC_MUST_USE;
