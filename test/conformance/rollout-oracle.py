"""Runs playbooks with ansible-core's own executor and says which hosts each task ran on, and which failed.

Reads [{"playbook": path, "inventory": path}, ...] from standard input, writes [{"ran": {task: [host]}, "failed": [host]}].
Nothing leaves the machine: the tasks are action plugins, which run in the controller.
"""
import json
import os
import sys

os.environ.update(ANSIBLE_NOCOLOR="1", ANSIBLE_RETRY_FILES_ENABLED="0", ANSIBLE_LOCALHOST_WARNING="0", ANSIBLE_DEPRECATION_WARNINGS="0", ANSIBLE_DISPLAY_FAILED_STDERR="1")
answers = os.dup(1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)

from ansible import context
from ansible.executor.playbook_executor import PlaybookExecutor
from ansible.inventory.manager import InventoryManager
from ansible.module_utils.common.collections import ImmutableDict
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.callback import CallbackBase
from ansible.vars.manager import VariableManager


class Recorder(CallbackBase):
    CALLBACK_NAME = "recorder"

    def __init__(self):
        super().__init__()
        self.ran = {}
        self.failed = []

    def note(self, result):
        self.ran.setdefault(result._task.get_name(), []).append(result._host.get_name())

    def v2_runner_on_ok(self, result):
        self.note(result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.note(result)


def run(case):
    context.CLIARGS = ImmutableDict(
        connection="local", forks=4, become=None, become_method=None, become_user=None, check=False, diff=False, verbosity=0, syntax=False,
        start_at_task=None, listtasks=False, listtags=False, listhosts=False, subset=None, tags=["all"], skip_tags=[], step=False,
        module_path=None, extra_vars=[], flush_cache=False, private_key_file=None, remote_user=None, ssh_common_args=None,
        ssh_extra_args=None, sftp_extra_args=None, scp_extra_args=None, timeout=10, force_handlers=False,
    )
    loader = DataLoader()
    inventory = InventoryManager(loader=loader, sources=[case["inventory"]])
    variables = VariableManager(loader=loader, inventory=inventory)
    executor = PlaybookExecutor(playbooks=[case["playbook"]], inventory=inventory, variable_manager=variables, loader=loader, passwords={})
    recorder = Recorder()
    executor._tqm._callback_plugins.append(recorder)
    executor.run()
    return {"ran": recorder.ran, "failed": sorted(executor._tqm._failed_hosts)}


os.write(answers, json.dumps([run(case) for case in json.load(sys.stdin)]).encode())
