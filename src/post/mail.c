// post/mail: one mail to one server.

#include "post/post_int.h"

#include "base/enc.h"

enum { MAIL_MAX = 4 * POST_TEXT_MAX };

struct reading {
    struct str rest;
};

static size_t on_more(char *bytes, size_t one, size_t len, void *arg)
{
    struct reading *reading = arg;
    size_t room = one * len;
    size_t take = reading->rest.len < room ? reading->rest.len : room;
    if (take > 0) {
        memcpy(bytes, reading->rest.ptr, take);
    }
    reading->rest.ptr += take;
    reading->rest.len -= take;
    return take;
}

bool post_mail_check(const char *server, const char *from, const char *to, struct err *err)
{
    char address[320];
    return post_url_check(server, "smtp", "smtps", err) && post_address_read(from, address, err) &&
           post_address_read(to, address, err);
}

static bool mail_check(const struct post_mail *mail, struct err *err)
{
    if (strlen(mail->text) > POST_TEXT_MAX) {
        return err_set(err, ERR_LIMIT, "a mail has at most %d bytes", (int)POST_TEXT_MAX);
    }
    for (const char *at = mail->id; *at != '\0'; at++) {
        if (strchr("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._", *at) ==
            NULL) {
            return err_set(err, ERR_INVALID, "a message's id has letters, digits, - . and _");
        }
    }
    return post_mail_check(mail->server, mail->from, mail->to, err);
}

static bool mail_perform(CURL *curl, const struct post_mail *mail, struct post_answer *answer,
                         struct err *err)
{
    OWN(buf_free) struct buf message = BUF_CAP(MAIL_MAX);
    char from[320];
    char to[320];
    if (!post_address_read(mail->from, from, err) || !post_address_read(mail->to, to, err)) {
        return false;
    }
    struct curl_slist *people = curl_slist_append(NULL, to);
    post_mail_write(mail, &message);
    struct reading reading = { buf_str(&message) };
    (void)curl_easy_setopt(curl, CURLOPT_URL, mail->server);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    (void)curl_easy_setopt(curl, CURLOPT_USE_SSL,
                           mail->need_tls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY);
    if (mail->user != NULL && mail->user[0] != '\0') {
        (void)curl_easy_setopt(curl, CURLOPT_USERNAME, mail->user);
        (void)curl_easy_setopt(curl, CURLOPT_PASSWORD, mail->password ? mail->password : "");
    }
    (void)curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from);
    (void)curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, people);
    (void)curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_more);
    (void)curl_easy_setopt(curl, CURLOPT_READDATA, &reading);
    bool sent = post_perform(curl, answer, err);
    answer->again = !sent && answer->status < 500;
    curl_slist_free_all(people);
    if (!sent && !answer->again) {
        err->code = ERR_INVALID;
    }
    return sent;
}

bool post_mail_send(const struct post_mail *mail, struct post_answer *answer, struct err *err)
{
    OWN(post_handle_free) CURL *curl = post_handle(answer, mail->authority);
    if (!mail_check(mail, err)) {
        return false;
    }
    if (curl == NULL) {
        answer->again = true;
        return err_set(err, ERR_UNAVAILABLE, "no memory to send a mail");
    }
    if (mail->user != NULL && mail->user[0] != '\0' && !mail->need_tls &&
        strncmp(mail->server, "smtps:", 6) != 0) {
        return err_set(err, ERR_INVALID,
                       "a password goes to a mail server only over TLS: say need_tls");
    }
    return mail_perform(curl, mail, answer, err);
}
