// target: a device that is asked: where, and with which words of access. See snmp.h.

#include "snmp/snmp_int.h"

#include "base/mem.h"
#include <stdlib.h>
#include <strings.h>

enum { SECRET_LEAST = 8, NAME_MOST = 32, COMMUNITY_MOST = 255, SECRET_MOST = 255 };

static bool name_read(struct str text, const char *const *names, size_t count, int *value)
{
    for (size_t i = 0; i < count; i++) {
        if (names[i] != NULL && strlen(names[i]) == text.len &&
            strncasecmp(names[i], text.ptr, text.len) == 0) {
            *value = (int)i;
            return true;
        }
    }
    return false;
}

bool snmp_version_read(struct str text, enum snmp_version *version, struct err *err)
{
    static const char *const names[] = { "2c", "1", "2", "3" };
    int value = 0;
    if (text.len > 0 && !name_read(text, names, 4, &value)) {
        return err_set(err, ERR_INVALID, "SNMP has the versions 1, 2c and 3; \"%.*s\" is none",
                       (int)(text.len < 20 ? text.len : 20), text.ptr);
    }
    *version = value == 0 ? SNMP_ASK_V2C : (enum snmp_version)value;
    return true;
}

bool snmp_auth_read(struct str text, enum snmp_auth *auth, struct err *err)
{
    static const char *const names[] = { "none",    "MD5",     "SHA",    "SHA-224",
                                         "SHA-256", "SHA-384", "SHA-512" };
    int value = 0;
    if (text.len > 0 && !name_read(text, names, 7, &value)) {
        return err_set(err, ERR_INVALID,
                       "\"%.*s\" is not a way to authenticate: SHA-256, SHA-512, SHA-384, SHA-224, "
                       "SHA, MD5 or none",
                       (int)(text.len < 20 ? text.len : 20), text.ptr);
    }
    *auth = (enum snmp_auth)value;
    return true;
}

bool snmp_privacy_read(struct str text, enum snmp_privacy *privacy, struct err *err)
{
    static const char *const names[] = { "none", "DES", "AES", "AES-192", "AES-256" };
    int value = 0;
    if (text.len > 0 && !name_read(text, names, 5, &value)) {
        return err_set(err, ERR_INVALID,
                       "\"%.*s\" is not a way to encrypt: AES, AES-192, AES-256, DES or none",
                       (int)(text.len < 20 ? text.len : 20), text.ptr);
    }
    *privacy = (enum snmp_privacy)value;
    return true;
}

static char *text_copy(const char *text)
{
    if (text == NULL) {
        return NULL;
    }
    char *copy = mem_new(strlen(text) + 1);
    memcpy(copy, text, strlen(text));
    return copy;
}

static void text_free(char **text)
{
    if (*text != NULL) {
        mem_wipe(*text, strlen(*text));
        free(*text);
        *text = NULL;
    }
}

static bool secret_is_there(const char *secret, const char *what, struct err *err)
{
    size_t len = secret == NULL ? 0 : strlen(secret);
    if (len < SECRET_LEAST || len > SECRET_MOST) { // RFC 3414, 11.2
        return err_set(err, ERR_INVALID, "the %s password of SNMP v3 has %d to %d characters", what,
                       SECRET_LEAST, SECRET_MOST);
    }
    return true;
}

static bool access_check_v3(const struct snmp_access *access, struct err *err)
{
    size_t len = access->user == NULL ? 0 : strlen(access->user);
    if (len == 0 || len > NAME_MOST) {
        return err_set(err, ERR_INVALID, "SNMP v3 wants a user, of at most %d characters",
                       NAME_MOST);
    }
    if (access->privacy != SNMP_PRIVACY_NONE && access->auth == SNMP_AUTH_NONE) {
        return err_set(err, ERR_INVALID, "SNMP v3 encrypts only what it authenticates: say how");
    }
    return (access->auth == SNMP_AUTH_NONE ||
            secret_is_there(access->auth_secret, "authentication", err)) &&
           (access->privacy == SNMP_PRIVACY_NONE ||
            secret_is_there(access->privacy_secret, "privacy", err));
}

bool snmp_target_new(const struct snmp_access *access, struct snmp_target **target, struct err *err)
{
    size_t len = access->host == NULL ? 0 : strlen(access->host);
    if (len == 0 || len >= sizeof(((struct net_address *)NULL)->host)) {
        return err_set(err, ERR_INVALID, "a device to ask by SNMP has a host name or an address");
    }
    const char *community = access->community == NULL ? "public" : access->community;
    if (strlen(community) > COMMUNITY_MOST) {
        return err_set(err, ERR_INVALID, "a community of SNMP has at most %d characters",
                       COMMUNITY_MOST);
    }
    bool v3 = access->version == SNMP_ASK_V3;
    if (v3 && !access_check_v3(access, err)) {
        return false;
    }
    struct snmp_target *made = mem_new(sizeof(*made));
    made->host = text_copy(access->host);
    made->port = access->port == 0 ? 161 : access->port;
    made->version = (uint8_t)(access->version == 0 ? SNMP_ASK_V2C : access->version);
    if (v3) {
        made->v3 = mem_new(sizeof(*made->v3));
        made->auth = (uint8_t)access->auth;
        made->privacy = (uint8_t)access->privacy;
        made->user = text_copy(access->user);
        made->auth_secret = access->auth == SNMP_AUTH_NONE ? NULL : text_copy(access->auth_secret);
        made->privacy_secret =
            access->privacy == SNMP_PRIVACY_NONE ? NULL : text_copy(access->privacy_secret);
    } else {
        made->community = text_copy(community);
    }
    *target = made;
    return true;
}

void snmp_target_free(struct snmp_target **at)
{
    struct snmp_target *target = *at;
    if (target == NULL) {
        return;
    }
    *at = NULL;
    text_free(&target->host);
    text_free(&target->community);
    text_free(&target->user);
    text_free(&target->auth_secret);
    text_free(&target->privacy_secret);
    if (target->v3 != NULL) {
        mem_wipe(target->v3, sizeof(*target->v3));
        free(target->v3);
    }
    free(target);
}
