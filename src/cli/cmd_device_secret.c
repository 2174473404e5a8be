// cli/cmd_device_secret: the community or the passwords by which a device is asked by SNMP. They
// come from standard input or the keyboard, never from the command line, where others could read
// them; the engine keeps them and tells them to nobody.
//
// no unit test: needs running engines; tests/it/test_dme.py gives and takes them of a real site
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/credential.h"
#include "cli/edits.h"
#include "cli/out.h"
#include "cli/value.h"
#include "proto/dme.pb-c.h"

static const char *const set_path = "/quoin.v1.Alerts/SetMonitorSecret";

// How the device is asked says what is wanted.
static bool find_monitor(struct cli *cli, const Quoin__V1__Monitor **monitor, struct err *err)
{
    Quoin__V1__GetMonitoredRequest request = QUOIN__V1__GET_MONITORED_REQUEST__INIT;
    const ProtobufCMessage *reply = NULL;
    *monitor = NULL;
    if (strcmp(cli->arguments[0], "*") == 0) {
        return true;
    }
    request.name = cli->arguments[0];
    if (!cli_ask(cli, ENGINE_DME, "/quoin.v1.Devices/GetMonitored", &request.base, &reply, err)) {
        return false;
    }
    *monitor = ((const Quoin__V1__MonitoredDevice *)reply)->monitor;
    return true;
}

static bool read_secrets(struct cli *cli, const Quoin__V1__Monitor *monitor,
                         Quoin__V1__SetMonitorSecretRequest *request, struct err *err)
{
    bool is_v3 = monitor != NULL && strcmp(monitor->snmp_version, "3") == 0;
    bool is_open = monitor != NULL && strcmp(monitor->snmp_security, "noAuthNoPriv") == 0;
    bool has_auth = is_v3 && !is_open && monitor->snmp_auth[0] != '\0';
    bool has_privacy = has_auth && monitor->snmp_privacy[0] != '\0' &&
                       strcmp(monitor->snmp_security, "authNoPriv") != 0;
    if (!is_v3) {
        return cli_secret_read(cli, "Community", &request->community, err);
    }
    if (!has_auth) {
        return err_set(err, ERR_INVALID,
                       "its monitor names no way to authenticate, so there is no password: quoin "
                       "device monitor NAME --auth SHA-256 --privacy AES");
    }
    return cli_secret_read(cli, "Authentication password", &request->auth_secret, err) &&
           (!has_privacy ||
            cli_secret_read(cli, "Privacy password", &request->privacy_secret, err));
}

bool cli_device_secret(struct cli *cli, struct err *err)
{
    Quoin__V1__SetMonitorSecretRequest request = QUOIN__V1__SET_MONITOR_SECRET_REQUEST__INIT;
    const Quoin__V1__Monitor *monitor = NULL;
    const ProtobufCMessage *reply = NULL;
    bool is_removal = cli_value(cli, "remove") != NULL;
    bool is_trial = cli_value(cli, "dry-run") != NULL;
    const char *done = is_removal ? "removed" : "set";
    request.key = cli_key(cli);
    request.device = cli->arguments[0];
    if (!find_monitor(cli, &monitor, err) ||
        (!is_removal && !read_secrets(cli, monitor, &request, err)) ||
        (!is_trial && !cli_ask(cli, ENGINE_DME, set_path, &request.base, &reply, err))) {
        return false;
    }
    if (cli->json) {
        struct json json = json_to(&cli->out);
        json_object(&json);
        json_text_field(&json, "device", request.device);
        json_text_field(&json, "secret", done);
        json_bool_field(&json, "dry_run", is_trial);
        json_end(&json);
        buf_addf(&cli->out, "\n");
    } else {
        buf_addf(&cli->out, "What opens %s to SNMP %s %s.\n", request.device,
                 is_trial ? "would be" : "is", done);
    }
    return true;
}
