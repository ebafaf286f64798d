"""Prints, as JSON, what ansible-core makes of the inventories named on the command line."""
import json
import os
import re
import sys
import tempfile

from ansible import constants
from ansible.config.manager import ConfigManager
from ansible.inventory import manager
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.yaml.objects import AnsibleVaultEncryptedUnicode
from ansible.utils.display import Display
from ansible.vars.manager import VariableManager

DEFAULTS = ConfigManager()
MAGIC = {
    "ansible_playbook_python", "ansible_config_file", "groups", "group_names", "inventory_hostname", "inventory_hostname_short",
    "inventory_file", "inventory_dir", "omit", "playbook_dir", "ansible_version", "ansible_check_mode", "ansible_diff_mode",
    "ansible_facts", "ansible_forks", "ansible_inventory_sources", "ansible_limit", "ansible_run_tags", "ansible_skip_tags", "ansible_verbosity",
}


def plain(value):
    if isinstance(value, AnsibleVaultEncryptedUnicode):
        return {"unknown": "vaulted"}
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return str(value)


def configure(path):
    """Takes the settings of an ansible.cfg that decide what an inventory holds; those without one by default."""
    config = ConfigManager(conf_file=path) if path else DEFAULTS
    constants.DEFAULT_HASH_BEHAVIOUR = config.get_config_value("DEFAULT_HASH_BEHAVIOUR")
    constants.VARIABLE_PRECEDENCE = config.get_config_value("VARIABLE_PRECEDENCE")
    constants.TRANSFORM_INVALID_GROUP_CHARS = config.get_config_value("TRANSFORM_INVALID_GROUP_CHARS")
    ignored = [r"^\.", r"^host_vars$", r"^group_vars$", r"^vars_plugins$"] + config.get_config_value("INVENTORY_IGNORE_PATTERNS")
    endings, origin = config.get_config_value_and_origin("INVENTORY_IGNORE_EXTS")
    # The default is an expression over a constant.
    if origin == "default":
        endings = constants.INVENTORY_IGNORE_EXTS
    manager.IGNORED = re.compile("|".join(ignored + [r"%s$" % re.escape(ending) for ending in endings]).encode())
    return config


def read(source):
    """`source` is a path for `-i`, or the folder of a playbook and an ansible.cfg whose inventory is meant."""
    loader = DataLoader()
    root = source[5:] if source.startswith("root:") else None
    loader.set_basedir(root or tempfile.mkdtemp())
    config = configure(os.path.join(root, "ansible.cfg") if root else None)
    sources = config.get_config_value("DEFAULT_HOST_LIST") if root else [source]
    # A folder may hold files for other plugins; Ansible warns of them and goes on.
    constants.INVENTORY_ANY_UNPARSED_IS_FAILED = not os.path.isdir(sources[0])
    constants.INVENTORY_UNPARSED_IS_FAILED = True
    inventory = InventoryManager(loader=loader, sources=sources)
    variables = VariableManager(loader=loader, inventory=inventory)
    hosts = {}
    for host in inventory.get_hosts():
        found = variables.get_vars(host=host, include_hostvars=False)
        hosts[host.name] = {
            "groups": [group.name for group in host.get_groups()],
            "variables": {name: plain(value) for name, value in found.items() if name not in MAGIC},
        }
    groups = {
        name: {"children": sorted(child.name for child in group.child_groups), "hosts": sorted(host.name for host in group.get_hosts())}
        for name, group in inventory.groups.items()
    }
    names = sorted(inventory.groups)[:12]
    patterns = ["all", "*", "all[0]", "all[1:3]", "all[-1]", "all[2:]", "*1*", "~.*[0-9]+", "~(web|db|mon).*", "all:!ungrouped", "!ungrouped"]
    for first, second in zip(names, names[1:]):
        patterns += [first, f"{first}:&{second}", f"{first}:!{second}", f"{first},{second}", f"{first}[0]", f"~{first}", f"{first[:3]}*:!{second}[0]", f"{first}:{second}:!all[0]", f"&{first}", f"!{first},{second}", f"{first}[1:]", f"{first}[0-1]", f"{first}[-2]", f"~{first}|{second}", f"{first[:1]}?*", f"[{first[0]}-{second[0]}]*", f"~^(?!{first}).*$"]
    patterns += ["web1", "web1:web2", "web1,!web2", "10.0.0.*", "10.0.0.1", "2001:db8::1", "2001:db8::1,web1", "web[1:2]", "*.example.net", "~\\d$", "[!w]*", " web , db ", "web:nobody", "ungrouped", "&ungrouped", "db-?.example.net", "WEB1"]
    selected = {}
    for pattern in patterns:
        try:
            selected[pattern] = [host.name for host in inventory.get_hosts(pattern)]
        except Exception:
            pass
    return {"hosts": hosts, "groups": groups, "patterns": selected}


Display().warning = lambda *_, **__: None
results = {}
for path in sys.argv[1:] if len(sys.argv) > 1 else sys.stdin.read().splitlines():
    try:
        results[path] = read(path)
    except Exception as error:  # what Ansible refuses is not compared
        results[path] = {"refused": str(error)[:300]}
json.dump(results, sys.stdout)
