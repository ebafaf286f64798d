import assert from "node:assert/strict";
import fc from "fast-check";
import { loadWorkspace } from "../../../../src/core.ts";
import { isUnknown } from "../../../../src/engine/unknown.ts";
import { migrationLinkOf } from "../../../../src/model/fleet/link-speed.ts";
import { recordOf } from "../../../../src/model/fleet/records/of-host.ts";
import { recordsOf } from "../../../../src/model/fleet/records/read.ts";
import type { Workspace } from "../../../../src/model/workspace.ts";

const workspaceOf = (files: { readonly [path: string]: string }, configuration?: string): Promise<Workspace> => loadWorkspace(new Map(Object.entries(files)), configuration);
const names = (workspace: Workspace): string[] => workspace.fleet.hosts.map(({ name }) => name);
const fact = (workspace: Workspace, host: string, name: "kernel" | "memory" | "virtualMachines" | "site" | "rack" | "hypervisor" | "dirtyRate"): unknown => workspace.fleet.fact(workspace.fleet.host(host)!, name)?.value;
const API = "https://netbox.example.net/api";

const REST_DEVICES = JSON.stringify({
  count: 2,
  next: null,
  previous: null,
  results: [
    {
      id: 11, url: `${API}/dcim/devices/11/`, display: "kvm01", name: "kvm01",
      role: { id: 3, url: `${API}/dcim/device-roles/3/`, display: "Hypervisor", name: "Hypervisor", slug: "hypervisor" },
      site: { id: 1, url: `${API}/dcim/sites/1/`, display: "AMS 1", name: "AMS 1", slug: "ams1" },
      rack: { id: 4, url: `${API}/dcim/racks/4/`, display: "R04", name: "R04" },
      status: { value: "active", label: "Active" }, tags: [{ id: 1, name: "Gold", slug: "gold" }],
      primary_ip4: { id: 9, url: `${API}/ipam/ip-addresses/9/`, address: "192.0.2.7/24" },
      custom_fields: { memory_gib: 256, kernel: "4.9.0-14-amd64" },
    },
    { id: 12, url: `${API}/dcim/devices/12/`, display: "sw01", name: "sw01", role: { id: 4, name: "Switch", slug: "switch" }, site: { id: 1, name: "AMS 1", slug: "ams1" }, status: { value: "active" }, tags: [], custom_fields: {} },
  ],
}, null, 2);
const REST_MACHINES = JSON.stringify({
  count: 2,
  results: [
    { id: 1, url: `${API}/virtualization/virtual-machines/1/`, name: "db01", cluster: { id: 2, name: "kvm west" }, device: { id: 11, name: "kvm01" }, memory: 16384, vcpus: 4, status: { value: "active" } },
    { id: 2, url: `${API}/virtualization/virtual-machines/2/`, name: "web01", cluster: { id: 2, name: "kvm west" }, device: { id: 11, name: "kvm01" }, memory: 4096, status: { value: "active" } },
  ],
});

describe("fleet: hosts from NetBox", () => {
  it("are devices and virtual machines of its API, with groups, facts and the guests of each device", async () => {
    const workspace = await workspaceOf({ "netbox/devices.json": REST_DEVICES, "netbox/vms.json": REST_MACHINES });
    assert.deepEqual(names(workspace), ["db01", "kvm01", "sw01", "web01"]);
    const host = workspace.fleet.host("kvm01")!;
    assert.deepEqual([...host.groups].sort(), ["all", "device_roles_hypervisor", "racks_R04".toLowerCase(), "sites_ams1", "tags_gold"]);
    assert.equal(host.variables.get("ansible_host")?.value, "192.0.2.7");
    assert.equal(fact(workspace, "kvm01", "memory"), 256);
    assert.equal(fact(workspace, "kvm01", "kernel"), "4.9.0-14-amd64");
    assert.deepEqual([fact(workspace, "kvm01", "site"), fact(workspace, "kvm01", "rack")], ["ams1", "R04"]);
    assert.deepEqual(fact(workspace, "kvm01", "virtualMachines"), [{ name: "db01", memory_mib: 16384 }, { name: "web01", memory_mib: 4096 }]);
    assert.equal(workspace.fleet.trait(host, "hypervisor")?.why, "the group device_roles_hypervisor is named so");
    assert.equal(workspace.fleet.trait(workspace.fleet.host("db01")!, "hypervisor"), undefined);
    const { location } = workspace.fleet.fact(host, "virtualMachines")!;
    assert.equal(workspace.textAt(location), "16384");
    const scope = workspace.fleet.scopeOf("netbox/devices.json");
    assert.deepEqual(isUnknown(scope) ? scope : scope.hosts.map(({ name }) => name), ["kvm01", "sw01"]);
  });

  it("are those of a database dump, whose objects refer to each other by keys", async () => {
    const object = (model: string, pk: number, fields: object): object => ({ model, pk, fields });
    const workspace = await workspaceOf({
      "dump.json": JSON.stringify([
        object("dcim.site", 5, { name: "Oslo", slug: "oslo" }),
        object("dcim.devicerole", 2, { name: "KVM host", slug: "kvm-host" }),
        object("dcim.device", 7, { name: "kvm02", site: 5, role: 2, status: "active", custom_field_data: {} }),
        object("dcim.device", 8, { name: null, site: 5, role: 2, status: "active" }),
        object("dcim.interface", 70, { name: "eth1", device: 7, type: "10gbase-x-sfpp", speed: null }),
        object("virtualization.cluster", 3, { name: "north" }),
        object("virtualization.cluster", 4, { name: "alone" }),
        object("dcim.device", 9, { name: "kvm09", site: 5, role: 2, cluster: 4 }),
        object("virtualization.virtualmachine", 3, { name: "hermit", cluster: 4, memory: 512 }),
        object("virtualization.virtualmachine", 4, { name: "asleep", cluster: 4, memory: 512, status: "offline" }),
        object("virtualization.virtualmachine", 1, { name: "mail", cluster: 3, device: 7, memory: 2048 }),
        object("virtualization.virtualmachine", 2, { name: "spare", cluster: 3, device: null, memory: null }),
        object("extras.tag", 1, { name: "Loud", slug: "loud" }),
        object("extras.taggeditem", 1, { content_type: ["dcim", "device"], object_id: 7, tag: 1 }),
        object("auth.user", 1, { username: "x" }),
      ]),
    }, "variables:\n  migrationLink: interfaces.eth1\n");
    assert.deepEqual(names(workspace), ["asleep", "hermit", "kvm02", "kvm09", "mail", "spare"]);
    assert.deepEqual(fact(workspace, "kvm09", "virtualMachines"), [{ name: "hermit", memory_mib: 512 }]);
    const host = workspace.fleet.host("kvm02")!;
    assert.ok(["sites_oslo", "device_roles_kvm-host", "tags_loud"].every((group) => host.groups.includes(group)));
    assert.deepEqual(fact(workspace, "kvm02", "virtualMachines"), [{ name: "mail", memory_mib: 2048 }]);
    assert.equal(migrationLinkOf(workspace, host)?.speed, 10e9 / 8);
    assert.ok(workspace.fleet.host("mail")!.groups.includes("cluster_north"));
    assert.deepEqual(recordsOf(workspace).notes, [{ path: "dump.json", reason: "1 devices have no name and are left out" }]);
  });

  it("are those of tables, by the fields' names or the words of the pages", async () => {
    const workspace = await workspaceOf({
      "export/netbox_devices.csv": "Name,Status,Tenant,Site,Location,Rack,Role,Manufacturer,Type,IP Address\r\nkvm03,Active,—,Oslo,,R1,Hypervisor,Acme,X1,192.0.2.9/24\r\n\"sw,02\",Active,,Oslo,,R1,Switch,Acme,S1,\r\n",
      "export/vms.csv": 'name,status,cluster,device,vcpus,memory,disk,comments\nweb02,active,west,kvm03,2,8192,20,"two\nlines"\n',
    });
    assert.deepEqual(names(workspace), ["kvm03", "sw,02", "web02"]);
    assert.ok(workspace.fleet.host("kvm03")!.groups.includes("device_roles_hypervisor"));
    assert.equal(workspace.fleet.host("kvm03")!.variables.get("ansible_host")?.value, "192.0.2.9");
    assert.deepEqual(fact(workspace, "kvm03", "virtualMachines"), [{ name: "web02", memory_mib: 8192 }]);
  });

  it("add facts to the hosts of an inventory, whose own variables win, and no hosts", async () => {
    const workspace = await workspaceOf({
      "hosts.ini": "[kvm]\nkvm01.example.net kernel=5.10\nother.example.net\n",
      "netbox/devices.json": REST_DEVICES,
      "netbox/vms.json": REST_MACHINES,
    });
    assert.deepEqual(names(workspace), ["kvm01.example.net", "other.example.net"]);
    assert.equal(fact(workspace, "kvm01.example.net", "kernel"), 5.1);
    assert.equal(fact(workspace, "kvm01.example.net", "site"), "ams1");
    assert.equal((fact(workspace, "kvm01.example.net", "virtualMachines") as unknown[]).length, 2);
    assert.equal(workspace.fleet.host("kvm01.example.net")!.variables.has("site"), false);
    assert.equal(fact(workspace, "other.example.net", "site"), undefined);
  });

  it("are nobody's where two hosts have the same first label", async () => {
    const workspace = await workspaceOf({ "hosts.ini": "[kvm]\nkvm01.ams.example.net\nkvm01.osl.example.net\n", "netbox/devices.json": REST_DEVICES, "netbox/vms.json": REST_MACHINES });
    for (const host of workspace.fleet.hosts) {
      assert.equal(recordOf(workspace, host), undefined);
      assert.equal(workspace.fleet.fact(host, "virtualMachines"), undefined);
    }
  });
});

describe("fleet: hosts from other sources", () => {
  it("are those of a classifier's answers, JSON or YAML, with roles as groups and parameters as variables", async () => {
    const workspace = await workspaceOf({
      "enc/kvm04.json": '{"name": "kvm04", "roles": ["kvm_host"], "classes": ["role::kvm_host"], "parameters": {"rack": "R7", "location": "osl", "kvm_memory": 30720, "interfaces": {"fe": {"networks": {"192.0.2.0/24": ["192.0.2.7"]}}}}}',
      "machines/plain.json": '{"rack": "R9", "interfaces": {"srv": {"networks": {"2001:db8::/64": []}}}}',
      "nodes/web04.example.net.yaml": "classes:\n  nginx:\n    workers: 2\n  ntp:\nparameters:\n  rack: R8\nenvironment: production\n",
    }, "variables:\n  memory: ram GiB, kvm_memory MiB\n");
    assert.deepEqual(names(workspace), ["kvm04", "plain", "web04.example.net"]);
    assert.equal(fact(workspace, "plain", "rack"), "R9");
    assert.ok(workspace.fleet.host("kvm04")!.groups.includes("kvm_host"));
    assert.deepEqual([...workspace.fleet.host("web04.example.net")!.groups].sort(), ["all", "nginx", "ntp", "production"]);
    assert.equal(fact(workspace, "kvm04", "rack"), "R7");
    assert.equal(fact(workspace, "kvm04", "memory"), "30720 MiB");
  });

  it("are those whose facts were gathered, and keep their file's name", async () => {
    const cached = JSON.stringify({ ansible_fqdn: "kvm05.example.net", ansible_kernel: "5.10.0-8-amd64", ansible_memtotal_mb: 257654, ansible_eth1: { speed: 10000 } }, null, 4);
    const workspace = await workspaceOf({
      "facts/kvm05": cached,
      "setup/kvm06.example.net": '{"ansible_facts": {"ansible_kernel": "4.4.0-210-generic", "ansible_hostname": "kvm06"}, "changed": false}',
    }, "variables:\n  migrationLink: ansible_eth1.speed\n");
    assert.deepEqual(names(workspace), ["kvm05", "kvm06.example.net"]);
    const kernel = workspace.fleet.kernel(workspace.fleet.host("kvm06.example.net")!);
    assert.ok(!isUnknown(kernel) && kernel.major === 4 && kernel.minor === 4);
    assert.equal(fact(workspace, "kvm05", "memory"), 257654);
    assert.equal(migrationLinkOf(workspace, workspace.fleet.host("kvm05")!)?.speed, 10e9 / 8);
  });

  it("are those that ansible-inventory lists, with the variables of their groups", async () => {
    const workspace = await workspaceOf({
      "inventory.json": JSON.stringify({
        _meta: { hostvars: { a: { kernel: "5.10", x: 1 }, b: {} } },
        all: { children: ["ungrouped", "site"] },
        site: { children: ["web", "site"], vars: { x: 3, y: 4 } },
        web: { hosts: ["a", "b"], vars: { x: 2 } },
        db: ["c"],
      }),
    });
    assert.deepEqual(names(workspace), ["a", "b", "c"]);
    const values = (host: string): unknown[] => ["x", "y"].map((name) => workspace.fleet.host(host)!.variables.get(name)?.value);
    assert.deepEqual([values("a"), values("b"), values("c")], [[1, 4], [2, 4], [undefined, undefined]]);
    assert.deepEqual([...workspace.fleet.host("a")!.groups].sort(), ["all", "site", "web"]);
    assert.equal(fact(workspace, "a", "kernel"), "5.10");
  });

  it("give the guests of libvirt to the host of their folder", async () => {
    const domain = (name: string, memory: string): string => `<?xml version="1.0"?>\n<!-- made by virt-install -->\n<domain type='kvm'>\n  <name>${name}</name>\n  ${memory}\n  <currentMemory unit='KiB'>1</currentMemory>\n</domain>\n`;
    const workspace = await workspaceOf({
      "hosts/kvm07/etc/libvirt/qemu/db07.xml": domain("db07", "<memory unit='GiB'>8</memory>"),
      "hosts/kvm07/etc/libvirt/qemu/web07.xml": domain("web07", "<memory>1048576</memory>"),
      "hosts/kvm07/etc/libvirt/qemu/autostart/web07.xml": domain("web07", "<memory>1048576</memory>"),
      "roles/kvm/files/shared.xml": domain("shared", "<memory>1024</memory>"),
    });
    assert.deepEqual(names(workspace), ["kvm07"]);
    const below = await workspaceOf({ "hosts/kvm08/etc/hostname": "kvm08\n", "libvirt/kvm08/db08.xml": domain("db08", "<memory unit='GiB'>4</memory>"), "libvirt/templates/db.xml": domain("db", "<memory>1024</memory>") });
    assert.deepEqual(fact(below, "kvm08", "virtualMachines"), [{ name: "db08", memory_mib: 4096 }]);
    assert.deepEqual(fact(workspace, "kvm07", "virtualMachines"), [{ name: "db07", memory_mib: 8192 }, { name: "web07", memory_mib: 1024 }]);
  });

  it("give the running guests of KubeVirt to the node that they select", async () => {
    const machine = (name: string, extra: string, memory: string): string =>
      `apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata:\n  name: ${name}\nspec:\n${extra}  template:\n    spec:\n      nodeSelector:\n        kubernetes.io/hostname: node1\n      domain:\n${memory}`;
    const workspace = await workspaceOf({
      "vms/a.yaml": `${machine("a", "  runStrategy: Always\n", "        memory:\n          guest: 8Gi\n")}---\n${machine("b", "", "        resources:\n          requests:\n            memory: 512Mi\n")}`,
      "vms/c.yaml": machine("c", "  running: false\n", "        memory:\n          guest: 8Gi\n"),
    });
    assert.deepEqual(fact(workspace, "node1", "virtualMachines"), [{ name: "a", memory_mib: 8192 }, { name: "b", memory_mib: 512 }]);
  });

  it("join into one host what several of them say of it", async () => {
    const workspace = await workspaceOf({
      "netbox/devices.json": REST_DEVICES,
      "facts/kvm01.example.net": JSON.stringify({ ansible_hostname: "kvm01", ansible_fqdn: "kvm01.example.net", ansible_kernel: "5.10.0" }),
    });
    assert.equal(workspace.fleet.hosts.length, 2);
    const host = workspace.fleet.hosts.find(({ name }) => name.startsWith("kvm01"))!;
    assert.equal(workspace.fleet.fact(host, "site")?.value, "ams1");
    assert.ok(host.variables.has("ansible_kernel"));
  });

  it("are guests that name their virtualisation host, as inventories have them", async () => {
    const workspace = await workspaceOf({
      "hosts.ini": "[kvm]\nkvm08.example.net\nkvm09.example.net\n[web]\nweb08 vmhost=kvm08.example.net mem_size=4096\nweb09 vmhost=kvm08 mem_size=2048\ndb08 vmhost=kvm08.example.net\n",
    });
    assert.deepEqual(fact(workspace, "kvm08.example.net", "virtualMachines"), [{ name: "db08" }, { name: "web08", memory_mib: 4096 }]);
    assert.equal(fact(workspace, "kvm09.example.net", "virtualMachines"), undefined);
    const mapped = await workspaceOf({ "hosts.ini": "[kvm]\na ram_of_host=128G\n[web]\nweb1 vmhost=a mem_size=4096\n", "premortem.yaml": "variables: {memory: ram_of_host}\n" });
    assert.deepEqual(fact(mapped, "a", "virtualMachines"), [{ name: "web1", memory_mib: 4096 }]);
    const other = await workspaceOf({ "hosts.ini": "[metal]\na\nb\n[web]\nweb1 vm_host=a\nweb2 vm_host=a\n" });
    const traits = other.fleet.hosts.flatMap((host) => other.fleet.trait(host, "hypervisor")?.why ?? []);
    assert.deepEqual(traits, ["it runs 2 guests, by their vm_host"]);
  });
});

describe("fleet: texts that are no sources", () => {
  it("are other JSON, CSV and XML", async () => {
    const files = {
      "package.json": '{"name": "x", "version": "1.0.0", "parameters": {"a": 1}, "scripts": {"test": "mocha"}}',
      "tsconfig.json": '{"compilerOptions": {"strict": true}}',
      "dashboards/nodes.json": '{"annotations": {"list": []}, "panels": [{"title": "prefix", "url": "https://grafana.example.net/api/dashboards/1"}], "templating": {"list": [{"name": "device"}]}}',
      "terraform.tfstate": '{"version": 4, "resources": [{"type": "netbox_device", "name": "x", "instances": [{"attributes": {"name": "kvm01", "memory": 1}}]}]}',
      "azuredeploy.json": '{"$schema": "https://schema.management.azure.com/x", "contentVersion": "1.0.0.0", "parameters": {"name": {"type": "string"}}, "resources": []}',
      "cloudformation.json": '{"Parameters": {}, "Resources": {"Host": {"Type": "AWS::EC2::Instance"}}}',
      "fixtures/blog.json": '[{"model": "blog.post", "pk": 1, "fields": {"title": "x"}}]',
      "data/people.csv": "name,status,role\nann,active,admin\n",
      "data/cities.csv": "name,region,population\nOslo,East,700000\n",
      "pom.xml": "<project><domain type='x'/></project>",
      "app/domain.xml": "<domain><name>x</name></domain>",
      "openapi.json": '{"openapi": "3.0.0", "components": {"parameters": {"id": {}}}, "parameters": {"classes": []}}',
      "model/labels.json": '{"name": "animals", "classes": ["cat", "dog"], "parameters": {"rate": 0.1}, "environment": "gpu"}',
      "facts.json": '{"facts": [{"ansible": true}]}',
      "group_vars/all.json": '{"ansible_user": "root", "ansible_host": "x"}',
    };
    const workspace = await workspaceOf(files);
    for (const path of Object.keys(files)) if (path !== "group_vars/all.json") assert.equal(workspace.language(path), undefined, path);
    assert.equal(workspace.fleet.hosts.length, 0);
  });

  it("are read as far as they go where they break off, lie or are nested without end", async () => {
    for (let tenth = 0; tenth < 10; tenth++) {
      const text = REST_DEVICES.slice(0, Math.round((REST_DEVICES.length * tenth) / 10));
      const workspace = await workspaceOf({ "netbox/devices.json": text, "netbox/vms.json": REST_MACHINES.slice(0, -tenth * 20) });
      assert.ok(workspace.fleet.hosts.length <= 4);
    }
    const odd = [
      `[{"model": "dcim.device", "pk": {}, "fields": {"name": [], "site": {}, "role": true}}]`,
      `[{"model": "dcim.device", "pk": 1, "fields": null}, null, 7, "x", [[]]]`,
      `{"results": [{"url": "${API}/dcim/devices/1/", "name": {"a": 1}, "tags": {"x": 1}, "custom_fields": [1], "primary_ip4": {"address": 7}}]}`,
      `{"results": [{"url": "${API}/virtualization/virtual-machines/1/", "name": "a", "memory": "many", "device": {"id": [], "name": {}}, "cluster": [1]}]}`,
      `[{"model": "ipam.prefix", "pk": 1, "fields": {"prefix": "not/7", "vlan": {"vid": "x"}, "status": 7, "vrf": {}}}]`,
      `[{"model": "dcim.device", "pk": 1, "fields": {"name": "a", "__proto__": {"x": 1}, "constructor": 1}}]`,
      `[{"model": "dcim.device", "pk": 1, "fields": ${"[".repeat(100_000)}`,
      `{"parameters": [], "classes": {}}`,
      `{"name": 7, "classes": [1, {}], "parameters": {"interfaces": {"fe": {"networks": {"x/y": 7, "192.0.2.0/24": {}}, "gateways": []}}}}`,
    ];
    for (const text of odd) {
      const workspace = await workspaceOf({ "netbox/a.json": text, "enc/b.json": text });
      for (const host of workspace.fleet.hosts) for (const name of ["kernel", "memory", "virtualMachines", "site"] as const) workspace.fleet.fact(host, name);
      workspace.subjects("network");
    }
  });

  it("are never a reason to stop, however they were mangled", async () => {
    const texts = [REST_DEVICES, REST_MACHINES, '{"name": "kvm04", "roles": ["kvm_host"], "parameters": {"rack": "R7", "interfaces": {"fe": {"networks": {"192.0.2.0/24": ["192.0.2.7"]}, "gateways": {"192.0.2.0/24": "192.0.2.1"}}}}}', '{"_meta": {"hostvars": {"a": {"kernel": "5.10"}}}, "web": {"hosts": ["a"], "children": ["web"]}}', '{"ansible_facts": {"ansible_kernel": "4.4.0", "ansible_eth0": {"speed": 10000}}}', "name,status,cluster,device,vcpus,memory\nweb02,active,west,kvm03,2,8192\n", "<domain type='kvm'><name>a</name><memory unit='GiB'>8</memory></domain>", "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata:\n  name: a\nspec:\n  template:\n    spec:\n      domain:\n        memory:\n          guest: 8Gi\n"];
    const paths = ["netbox/devices.json", "netbox/vms.json", "enc/kvm04.json", "inventory.json", "facts/kvm05.json", "vms.csv", "hosts/a/etc/libvirt/qemu/a.xml", "vm.yaml"];
    const pieces = ["null", "[]", "{}", '""', "7", "-1", "true", '"__proto__"', '"', "{", "}", "[", ",", ":", "\n", "\uD800", "<", "unit=''", "1e999"];
    await fc.assert(
      fc.asyncProperty(fc.nat(texts.length - 1), fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(12), fc.constantFrom(...pieces)), { minLength: 1, maxLength: 5 }), async (index, cuts) => {
        let text = texts[index]!;
        for (const [at, length, piece] of cuts) {
          const start = Math.round(at * text.length);
          text = text.slice(0, start) + piece + text.slice(start + length);
        }
        const workspace = await workspaceOf({ ...Object.fromEntries(paths.map((path, other) => [path, texts[other]!])), [paths[index]!]: text }, "variables:\n  migrationLink: interfaces.eth1.speed, ansible_eth0\n");
        for (const host of workspace.fleet.hosts) {
          for (const name of ["kernel", "memory", "virtualMachines", "site"] as const) workspace.fleet.fact(host, name);
          migrationLinkOf(workspace, host);
          workspace.fleet.trait(host, "hypervisor");
          recordOf(workspace, host);
        }
        workspace.subjects("network");
        for (const path of paths) workspace.fleet.scopeOf(path);
      }),
      { numRuns: 120 },
    );
  });
});
