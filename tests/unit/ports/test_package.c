#include "base/fs.h"
#include "lib/folder.h"
#include "lib/tap.h"
#include "ports/package.h"

static void make_file(const char *folder, const char *name, const char *content)
{
    char path[512];
    struct err err;
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    CHECK(fs_replace(path, str_of(content), 0644, &err));
}

int main(void)
{
    const char *folder = folder_make();
    char info[80];
    char text[128] = "";
    struct err err;
    (void)snprintf(info, sizeof(info), "%s/info", folder);
    CHECK(!ports_package_find(folder, "/usr/sbin/cupsd", text, sizeof(text))); // no dpkg at all
    CHECK(fs_make_folder(info, &err));
    make_file(info, "cups-daemon:amd64.list", "/.\n/usr/sbin\n/usr/sbin/cupsd\n/usr/share/x");
    make_file(info, "p910nd.list", "/sbin/p910nd\n/usr/sbin/cupsd2\n");
    make_file(info, "other.conffiles", "/usr/bin/other\n");
    make_file(folder, "status",
              "Package: cups\nVersion: 9\n\nPackage: cups-daemon\nStatus: install ok\nVersion: "
              "2.4.2-3+deb12u8\nDescription: x\n\nPackage: p910nd\nDescription: no version\n\n"
              "Package: z\nVersion: 1\n");
    CHECK(ports_package_find(folder, "/usr/sbin/cupsd", text, sizeof(text)));
    CHECK(strcmp(text, "cups-daemon 2.4.2-3+deb12u8") == 0);
    CHECK(ports_package_find(folder, "/usr/share/x", text, sizeof(text))); // without a last newline
    CHECK(ports_package_find(folder, "/usr/sbin/p910nd", text, sizeof(text))); // merged folders
    CHECK(strcmp(text, "p910nd") == 0);
    CHECK(!ports_package_find(folder, "/usr/sbin/cups", text, sizeof(text)));
    CHECK(!ports_package_find(folder, "/usr/bin/other", text, sizeof(text)));
    folder_end();
    return tap_done();
}
