// What lpstat and printers.conf say of queues.
#include "cupsd/control.h"

#include "lib/tap.h"

static void test_devices(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct cupsd_queue *queues = NULL;
    struct err err;
    CHECK(cupsd_devices_read(STR("device for office: ipp://printer/ipp: x\n"
                                 "lpstat: something else\n"
                                 "device for nothing\n"
                                 "device for null: ///dev/null\n"
                                 "device for attic: usb://x"),
                             &arena, &queues, &err));
    CHECK(strcmp(cupsd_queue_find(queues, "office")->uri, "ipp://printer/ipp: x") == 0);
    CHECK(strcmp(cupsd_queue_find(queues, "null")->uri, "file:///dev/null") == 0);
    CHECK(strcmp(cupsd_queue_find(queues, "attic")->uri, "usb://x") == 0);
    CHECK(cupsd_queue_find(queues, "cellar") == NULL);
    CHECK(cupsd_devices_read(STR("lpstat: No destinations added.\n"), &arena, &queues, &err));
    CHECK(queues == NULL);
}

static void test_conf(void)
{
    static const char conf[] = "# Printer configuration file\n"
                               "NextPrinterId 3\n"
                               "<DefaultPrinter attic>\n"
                               "Info with <Printer office> in it\n"
                               "DeviceURI usb://Maker/Model?serial=\\#1\n"
                               "</DefaultPrinter>\n"
                               "<Printer office>\n"
                               "DeviceURI ipp://a:b@printer/ipp\n"
                               "</Printer>\n";
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    const char *attic = cupsd_conf_uri(STR(conf), STR("attic"), &arena);
    const char *office = cupsd_conf_uri(STR(conf), STR("office"), &arena);
    CHECK(attic != NULL && strcmp(attic, "usb://Maker/Model?serial=#1") == 0);
    CHECK(office != NULL && strcmp(office, "ipp://a:b@printer/ipp") == 0);
    CHECK(cupsd_conf_uri(STR(conf), STR("cellar"), &arena) == NULL);
    CHECK(cupsd_conf_uri(STR("<Printer x>\n</Printer>\nDeviceURI a:b\n"), STR("x"), &arena) ==
          NULL);
    CHECK(cupsd_conf_uri(STR(""), STR("x"), &arena) == NULL);
    CHECK(cupsd_conf_uri(STR("<\n<Printer\n< >\nDeviceURI a:b"), STR(""), &arena) == NULL ||
          arena_ok(&arena));
}

static void test_what_asks_for_black_by_itself(void)
{
    CHECK(cupsd_options_are_mono(STR("copies=1 print-color-mode=monochrome printer-info=x\n")));
    CHECK(cupsd_options_are_mono(STR("print-color-mode=monochrome\n")));
    CHECK(!cupsd_options_are_mono(STR("print-color-mode=color printer-info='a b'\n")));
    CHECK(!cupsd_options_are_mono(STR("x-print-color-mode=monochrome")));
    CHECK(!cupsd_options_are_mono(STR("print-color-mode=monochrome-ish")));
    CHECK(!cupsd_options_are_mono(STR("")));
}

int main(void)
{
    test_what_asks_for_black_by_itself();
    test_devices();
    test_conf();
    return tap_done();
}
