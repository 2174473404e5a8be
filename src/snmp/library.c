// library: net-snmp, kept small: no MIB files, no configuration, nothing written, no log of its
// own, no list of users and engines that grows. A session lives as long as a look.

#include "snmp/snmp_int.h"

#include "base/clk.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static void library_flag(int which)
{
    (void)netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, which, 1);
}

void snmp_library_start(void)
{
    static bool started;
    if (started) {
        return;
    }
    started = true;
    library_flag(NETSNMP_DS_LIB_DONT_READ_CONFIGS);
    library_flag(NETSNMP_DS_LIB_DONT_PERSIST_STATE);
    library_flag(NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD);
    library_flag(NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE);
    library_flag(NETSNMP_DS_LIB_DONT_LOAD_HOST_FILES);
    library_flag(NETSNMP_DS_LIB_ALARM_DONT_USE_SIG);
    library_flag(NETSNMP_DS_LIB_DONT_CHECK_RANGE);
    snmp_disable_log();
    (void)netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_DEBUG);
    // What init_snmp would do beyond this: it reads /etc/snmp, MIB files and certificates, writes
    // /var/lib/snmp and changes the locale.
    netsnmp_session first;
    snmp_sess_init(&first);
    (void)netsnmp_ds_set_string(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_APPTYPE, "quoin");
    netsnmp_container_init_list();
    init_callbacks();
    (void)snmp_init_statistics();
    init_snmpv3("quoin");
    (void)snmp_call_callbacks(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_POST_PREMIB_READ_CONFIG, NULL);
    (void)snmp_call_callbacks(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_POST_READ_CONFIG, NULL);
}

static int auth_type(enum snmp_auth auth)
{
    static const int types[] = {
        [SNMP_AUTH_NONE] = NETSNMP_USMAUTH_NOAUTH,
        [SNMP_AUTH_MD5] = NETSNMP_USMAUTH_HMACMD5,
        [SNMP_AUTH_SHA] = NETSNMP_USMAUTH_HMACSHA1,
        [SNMP_AUTH_SHA224] = NETSNMP_USMAUTH_HMAC128SHA224,
        [SNMP_AUTH_SHA256] = NETSNMP_USMAUTH_HMAC192SHA256,
        [SNMP_AUTH_SHA384] = NETSNMP_USMAUTH_HMAC256SHA384,
        [SNMP_AUTH_SHA512] = NETSNMP_USMAUTH_HMAC384SHA512,
    };
    return types[auth];
}

static int privacy_type(enum snmp_privacy privacy)
{
    static const int types[] = {
        [SNMP_PRIVACY_NONE] = USM_CREATE_USER_PRIV_NONE,
        [SNMP_PRIVACY_DES] = USM_CREATE_USER_PRIV_DES,
        [SNMP_PRIVACY_AES] = USM_CREATE_USER_PRIV_AES,
        [SNMP_PRIVACY_AES192] = USM_CREATE_USER_PRIV_AES192,
        [SNMP_PRIVACY_AES256] = USM_CREATE_USER_PRIV_AES256,
    };
    return types[privacy];
}

bool snmp_library_key(enum snmp_auth auth, const char *secret, uint8_t key[static SNMP_KEY_MAX],
                      uint8_t *len)
{
    size_t name_len = 0;
    size_t key_len = SNMP_KEY_MAX;
    const oid *name = sc_get_auth_oid(auth_type(auth), &name_len);
    if (name == NULL || generate_Ku(name, (unsigned)name_len, (const u_char *)secret,
                                    strlen(secret), key, &key_len) != SNMPERR_SUCCESS) {
        return false;
    }
    *len = (uint8_t)key_len;
    return true;
}

// --- sockets
// --------------------------------------------------------------------------------------

// Connected, so that the kernel drops what others send and tells that nobody listens there.
bool snmp_socket_open(const struct snmp_target *target, struct snmp_socket *socket, struct err *err)
{
    bool v6 = strchr(target->address, ':') != NULL;
    char peer[64];
    (void)snprintf(peer, sizeof(peer), v6 ? "[%s]:%u" : "%s:%u", target->address, target->port);
    *socket = (struct snmp_socket){ .fd = -1 };
    netsnmp_transport *transport = netsnmp_tdomain_transport(peer, 0, v6 ? "udp6" : "udp");
    if (transport == NULL) {
        return err_set(err, ERR_UNAVAILABLE, "cannot open a socket to %s", peer);
    }
    const struct sockaddr *to = transport->data; // a netsnmp_indexed_addr_pair: the remote is first
    socklen_t len = v6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    if (to == NULL || connect(transport->sock, to, len) != 0) {
        int number = errno;
        transport->f_close(transport);
        netsnmp_transport_free(transport);
        return err_set(err, ERR_UNAVAILABLE, "no way to %s: %s", peer, strerror(number));
    }
    socket->transport = transport;
    socket->fd = transport->sock;
    return true;
}

static void session_secure(netsnmp_session *session, const struct snmp_target *target)
{
    struct snmp_v3 *v3 = target->v3;
    session->securityModel = SNMP_SEC_MODEL_USM;
    session->securityName = target->user;
    session->securityNameLen = strlen(target->user);
    session->securityEngineID = v3->engine.id;
    session->securityEngineIDLen = v3->engine.id_len;
    session->contextEngineID = v3->engine.id;
    session->contextEngineIDLen = v3->engine.id_len;
    session->securityLevel = target->privacy != SNMP_PRIVACY_NONE ? SNMP_SEC_LEVEL_AUTHPRIV
                             : target->auth != SNMP_AUTH_NONE     ? SNMP_SEC_LEVEL_AUTHNOPRIV
                                                                  : SNMP_SEC_LEVEL_NOAUTH;
    session->securityAuthProto =
        sc_get_auth_oid(auth_type(target->auth), &session->securityAuthProtoLen);
    session->securityPrivProto =
        sc_get_priv_oid(privacy_type(target->privacy), &session->securityPrivProtoLen);
    memcpy(session->securityAuthKey, v3->auth_key, v3->auth_key_len);
    session->securityAuthKeyLen = v3->auth_key_len;
    memcpy(session->securityPrivKey, v3->privacy_key, v3->privacy_key_len);
    session->securityPrivKeyLen = v3->privacy_key_len;
    int64_t since = (clk_mono_ms() - v3->engine_at) / 1000;
    (void)set_enginetime(v3->engine.id, v3->engine.id_len, v3->engine.boots,
                         v3->engine.time + (unsigned)since, TRUE);
}

bool snmp_socket_session(struct snmp_socket *socket, const struct snmp_target *target,
                         netsnmp_callback answer, void *arg, struct err *err)
{
    netsnmp_session session;
    snmp_sess_init(&session);
    session.version = target->version == SNMP_ASK_V1    ? SNMP_VERSION_1
                      : target->version == SNMP_ASK_V2C ? SNMP_VERSION_2c
                                                        : SNMP_VERSION_3;
    session.retries = 0; // the clock is ours
    session.flags |= SNMP_FLAGS_DONT_PROBE;
    session.callback = answer;
    session.callback_magic = arg;
    if (target->v3 != NULL) {
        session_secure(&session, target);
    } else {
        session.community = (u_char *)target->community;
        session.community_len = strlen(target->community);
    }
    socket->session = snmp_sess_add(&session, socket->transport, NULL, NULL);
    socket->transport = NULL; // its, or gone
    if (socket->session == NULL) {
        socket->fd = -1;
        return err_set(err, ERR_INVALID, "SNMP v3 does not take these ways and passwords together");
    }
    return true;
}

// The library keeps users and engines in lists for good: what is learnt is kept with the target.
static void engine_forget(struct snmp_target *target)
{
    struct snmp_v3 *v3 = target->v3;
    if (v3 == NULL || v3->engine.id_len == 0) {
        return;
    }
    unsigned boots = 0;
    unsigned seconds = 0;
    if (get_enginetime(v3->engine.id, v3->engine.id_len, &boots, &seconds, FALSE) ==
            SNMPERR_SUCCESS &&
        boots > 0) {
        v3->engine.boots = boots;
        v3->engine.time = seconds;
        v3->engine_at = clk_mono_ms();
    }
    struct usmUser *user = usm_get_user(v3->engine.id, v3->engine.id_len, target->user);
    if (user != NULL) {
        (void)usm_remove_user(user);
        (void)usm_free_user(user);
    }
    free_enginetime(v3->engine.id, v3->engine.id_len);
}

void snmp_socket_close(struct snmp_socket *socket, struct snmp_target *target)
{
    if (socket->session != NULL) {
        (void)snmp_sess_close(socket->session);
        engine_forget(target);
    } else if (socket->transport != NULL) {
        socket->transport->f_close(socket->transport);
        netsnmp_transport_free(socket->transport);
    }
    *socket = (struct snmp_socket){ .fd = -1 };
}
