#include "lib/tap.h"
#include "ports/unit.h"

int main(void)
{
#define ID "4f5e6c7a8b9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f"
    static const struct {
        const char *text;
        const char *unit;
        const char *container;
    } rows[] = {
        { "0::/system.slice/cups.service\n", "cups.service", "" },
        { "12:cpu:/\n1:name=systemd:/system.slice/p910nd.service\n0::/\n", "p910nd.service", "" },
        { "0::/user.slice/user-1000.slice/session-3.scope\n", "session-3.scope", "" },
        { "0::/system.slice/docker-" ID ".scope\n", "docker-" ID ".scope", "docker 4f5e6c7a8b9d" },
        { "4:memory:/docker/" ID "\n", "", "docker 4f5e6c7a8b9d" },
        { "0::/machine.slice/libpod-" ID ".scope/container", "libpod-" ID ".scope",
          "podman 4f5e6c7a8b9d" },
        { "0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-" ID ".scope",
          "cri-containerd-" ID ".scope", "containerd 4f5e6c7a8b9d" },
        { "/kubepods/besteffort/pod1/" ID, "", "container 4f5e6c7a8b9d" },
        { "0::/lxc.payload.printer/init.scope", "init.scope", "lxc printer" },
        { "0::/lxc/old\n", "", "lxc old" },
        { "0::/machine.slice/machine-web.scope\n", "machine-web.scope", "nspawn web" },
        { "0::/docker-short.scope\n", "docker-short.scope", "" },
        { "0::/\n", "", "" },
        { "", "", "" },
        { "no path", "", "" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ports_holder holder = { .pid = 0 };
        ports_unit_read(str_of(rows[i].text), &holder);
        tap_result(strcmp(holder.unit, rows[i].unit) == 0 &&
                       strcmp(holder.container, rows[i].container) == 0,
                   rows[i].text, __FILE__, __LINE__);
    }
    return tap_done();
}
