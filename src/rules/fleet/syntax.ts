import { faultsOfFile } from "../../model/fleet/file-faults.ts";
import { recordsOf } from "../../model/fleet/records/read.ts";
import { unreadInventory } from "../../model/fleet/unread-inventories.ts";
import { variablesPlace } from "../../model/fleet/variable-files.ts";
import { rule } from "../rule.ts";

/** What hosts, their variables and their networks are kept in. */
const LANGUAGES: ReadonlySet<string> = new Set(["yaml", "ansible-inventory-ini", "json", "csv", "libvirt"]);
/** Files of which only what a template makes of them is ever read. */
const TEMPLATES = /(?:^|\/)templates\//;

export default rule({
  what: "Ansible refuses this inventory, variables file or playbook, or reads other values than it shows.",
  why: "Of a variables file that is no YAML nothing is read, and every play on its hosts fails, also the one that repairs them. An inventory file that is refused in a folder of several is left out with a warning, so its hosts are simply gone. Of a key that stands twice only the last value counts. An export of NetBox or an answer of an ENC that breaks off gives fewer hosts and networks than there are.",
  instead: "Correct the place. ansible-inventory --list and ansible-playbook --syntax-check tell whether everything is read.",
  lessons: [],
  reads: ["syntax"],
  severity: "error",
  fix: "none",
  lifecycle: "stable",
  sources: ["ansible-core: parsing/yaml, parsing/dataloader.py, plugins/inventory/ini.py and yaml.py", "PyYAML: scanner.py, parser.py"],
  examples: {
    bad: [
      { "host_vars/kvm1.example.net": "network_connections:\n  - name: br1\n    type: vlan\n       vlan⟦:⟧\n        id: 711\n    state: up\n" },
      { "group_vars/all.yml": "motd: see⟦:⟧ the wiki\n" },
      { "group_vars/web/main.yml": "⟦- name: a⟧\n- name: b\n" },
      { "host_vars/db1.yml": "⟦mtu⟧: 9000\nname: db1\nmtu: 1500\n" },
      { "inventory/hosts": "[edge:children]\nsite\n[site:children]\n⟦edge⟧\n[edge]\ngw1\n" },
      { "inventory/hosts": "[web]\nweb1 ansible_port=2222 ⟦primary⟧\n" },
      { "group_vars/all.yml": "a: 1\nb: ⟦*base⟧\n" },
      { "group_vars/web.yml": "address: ⟦{{ site_prefix }}.7⟧\nrouters:\n  - \"{{ gateway }}\"\n" },
      { "enc/kvm1.json": '{"name": "kvm1", "parameters": {"interfaces": {"fe": {"networks": {"192.0.2.0/24": ["192.0.2.7"]⟦]⟧}}}}\n' },
    ],
    good: { "host_vars/kvm1.example.net": "network_connections:\n  - name: br1\n    type: vlan\n    vlan:\n      id: 711\n    state: up\n", "inventory/hosts": "[site:children]\nedge\n[edge]\ngw1 ansible_port=2222\n" },
    lookalike: [
      { "group_vars/all.yml": "motd: 'see: the wiki'\nurl: http://wiki.example.net:8080/x\nbase: &base {mtu: 1500}\ncopy:\n  <<: *base\n  mtu: 9000\n" },
      { "group_vars/all.yml": "{% set x = 1 %}\nmtu: {{ x }}\n{% if jumbo %}\nsize: 9000\n{% else %}\nsize: 1500\n{% endif %}\n" },
      { "enc/kvm1.json": '{"name": "kvm1", "parameters": {"rack": "{{ rack }}", {% if fe %}"interfaces": {"fe": {"networks": {"192.0.2.0/24": []}}}{% endif %}}}\n' },
      { "roles/app/templates/config.yml": "servers:\n{% for s in servers %}\n  - {{ s }}: x: y\n{% endfor %}\n" },
      { "group_vars/web.yml": "motd: on {{ site }}\naddress: '{{ site_prefix }}.7'\n", "roles/app/templates/app.yml": "address: {{ address }}\n" },
      { "group_vars/secret.yml": "$ANSIBLE_VAULT;1.1;AES256\n3132\n" },
      // Quotes and brackets may go on at the margin, and netplan adds up the sections that stand twice.
      { "play.yml": "- hosts: web\n  vars:\n    names: \"{{\n  groups['web'] | list\n}}\"\n    ports: [\n  80,\n]\n  tasks: []\n" },
      { "etc/netplan/10.yaml": "network:\n  version: 2\n  ethernets:\n    eno1: {dhcp4: true}\n  ethernets:\n    eno2: {dhcp4: true}\n" },
    ],
  },
  check({ syntax, path, workspace, report, notComputed }) {
    if (syntax.language === "unread-inventory" || syntax.language === "shell") {
      const unread = unreadInventory(workspace, path);
      if (unread !== undefined) notComputed(path, unread);
      return;
    }
    if (!LANGUAGES.has(syntax.language)) return;
    if (TEMPLATES.test(path) && /\{[{%]/.test(workspace.text(path) ?? "")) return;
    for (const { range, message, certain } of syntax.errors) {
      report({ location: { path, range }, message, ...(certain ? {} : { severity: "warning" as const, confidence: "possible" as const }) });
    }
    const { faults, hidden } = faultsOfFile(workspace, path);
    for (const { range, message, refused } of faults) report({ location: { path, range }, message, ...(refused ? {} : { severity: "warning" as const }) });
    for (const reason of hidden) notComputed(path, reason);
    for (const note of recordsOf(workspace).notes) if (note.path === path) notComputed(path, note.reason);
    const place = variablesPlace(path);
    if (place !== undefined && workspace.text(path)?.includes("\uFFFD") === true) notComputed(path, "the file is not UTF-8, which Ansible refuses; characters of it are not known");
  },
});
