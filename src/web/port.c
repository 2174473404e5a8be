// port: for whom a port is registered and what it is used for, from the registry that is compiled
// in. Loop thread.
//
// no unit test: iana's own read the registry; tests/it/test_web_monitored.py asks for it.

#include "base/num.h"
#include "iana/iana.h"
#include "web/web_int.h"

static void write_row(struct json *json, const struct iana_row *row)
{
    json_object(json);
    if (row->has_port) {
        json_int_field(json, "first", row->first);
        json_int_field(json, "last", row->last);
    }
    json_text_field(json, "transport", iana_transport_name(row->transport));
    for (int i = 0; i < IANA_FIELDS; i++) {
        json_text_field(json, iana_field_key((enum iana_field)i), row->text[i]);
    }
    json_end(json);
}

static size_t write_rows(struct json *json, struct str name, bool is_port, uint16_t port)
{
    const struct iana_registry *registry = iana_compiled();
    struct iana_row row;
    size_t count = 0;
    json_key(json, "registered");
    json_array(json);
    for (size_t at = 0; is_port ? iana_next_of_port(registry, port, &at, &row)
                                : iana_next_of_name(registry, name, &at, &row);
         count++) {
        write_row(json, &row);
    }
    json_end(json);
    return count;
}

static void write_practice(struct json *json, uint16_t port)
{
    const struct iana_practice *practice = NULL;
    json_key(json, "practice");
    json_array(json);
    for (size_t at = 0; iana_next_practice(port, &at, &practice);) {
        json_object(json);
        json_text_field(json, "transport", practice->transport);
        json_text_field(json, "use", practice->use);
        json_text_field(json, "source", practice->source);
        json_end(json);
    }
    json_end(json);
}

void web_do_port_facts(struct web_visit *visit)
{
    struct str name = web_param(visit, "port");
    uint64_t port = 0;
    bool is_port = num_u64(name, UINT16_MAX, &port);
    struct json json = json_to(&visit->out);
    if (is_port ? port == 0 : name.len > 0 && name.ptr[0] >= '0' && name.ptr[0] <= '9') {
        web_problem(visit, 400, "invalid", "A port is a number from 1 to 65535.", NULL);
        return;
    }
    json_object(&json);
    json_text_field(&json, "registry", iana_date(iana_compiled()));
    size_t count = write_rows(&json, name, is_port, (uint16_t)port);
    if (count == 0 && !is_port) {
        web_problem(visit, 404, "not-found", "The registry has no service of that name.", NULL);
        return;
    }
    if (is_port) {
        const char *word = iana_trojan_word((uint16_t)port);
        json_int_field(&json, "port", (int64_t)port);
        write_practice(&json, (uint16_t)port);
        json_text_field(&json, "scanners", word == NULL ? "" : word);
    }
    json_end(&json);
    web_answer_json(visit, 200);
}
