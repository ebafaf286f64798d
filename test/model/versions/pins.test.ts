import assert from "node:assert/strict";
import { DEFAULT_CONFIGURATION } from "../../../src/engine/configuration.ts";
import { loadYaml } from "../../../src/formats/yaml/load.ts";
import { ADVISORIES } from "../../../src/model/versions/advisories.ts";
import { advisoryFor } from "../../../src/model/versions/known-bad.ts";
import { pinsIn } from "../../../src/model/versions/pins.ts";
import { parseImage, productOf } from "../../../src/model/versions/products.ts";
import { codenamed, jump, tooFar } from "../../../src/model/versions/steps.ts";
import { parseRange, parseVersionText } from "../../../src/model/versions/version.ts";
import { Workspace } from "../../../src/model/workspace.ts";

const release = (text: string) => parseVersionText(text, "release")!;
const workspace = (files: { readonly [path: string]: string }): Workspace => new Workspace(new Map(Object.entries(files)), DEFAULT_CONFIGURATION);

describe("pins", () => {
  before(loadYaml);

  it("are read from every carrier, at their place", () => {
    const files = {
      "site.yml":
        '- hosts: all\n  tasks:\n    - apt:\n        name: ["ceph-osd=18.2.1-1", linux-image-6.1.0-13-amd64, "frr={{ frr_version }}", strongswan]\n    - ansible.builtin.git:\n        repo: https://git.example.net/bird.git\n        version: v2.14\n',
      "group_vars/all.yml": 'site_racoon_version: "1:0.8.2-5"\nceph:\n  release: reef\napi_version: 2.0\nfrr_server: 10.0.0.1\nfrr_release: 10.0.0.1\nceph_docker_image: ceph/daemon\nceph_docker_image_tag: v7.0.3\n',
      "chart/values.yaml": "image:\n  repository: quay.io/cilium/cilium\n  tag: v1.15.1\n",
      "pod.yml": 'containers:\n  - image: "registry.example.net:5000/frrouting/frr:10.1.1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"\n',
    };
    const read = Object.keys(files).flatMap((path) =>
      pinsIn(workspace(files), path).map((pin) => {
        const { path: where, range } = pin.location;
        assert.equal(files[where as keyof typeof files].slice(range.start, range.end), pin.text ?? pin.name);
        return `${pin.carrier} ${pin.product.name} ${pin.text ?? "-"}`;
      }),
    );
    assert.deepEqual(read.sort(), [
      "git bird v2.14",
      "image ceph-container v7.0.3",
      "image cilium v1.15.1",
      "image frr 10.1.1",
      "package ceph 18.2.1-1",
      "package frr {{ frr_version }}",
      "package linux 6.1.0-13-amd64",
      "package strongswan -",
      "variable ceph reef",
      "variable racoon 1:0.8.2-5",
    ]);
  });

  it("know products by packages, images and variables", () => {
    assert.deepEqual(["ceph-mon", "quay.io/ceph/ceph", "linux-image-amd64", "strongswan-swanctl", "nginx"].map((name) => productOf(parseImage(name)?.repository ?? name).name), ["ceph", "ceph", "linux", "strongswan", "nginx"]);
    assert.deepEqual(parseImage("localhost:5000/a/b"), { repository: "a/b", digest: false });
    for (const none of ["", "{{ image }}", "a b", "https://x.example.net/y"]) assert.equal(parseImage(none), undefined, none);
  });
});

describe("steps", () => {
  it("knows how far makers support an upgrade", () => {
    const far = (product: string, from: string, to: string): number | undefined => tooFar(product, codenamed(product, from) ?? release(from), codenamed(product, to) ?? release(to))?.steps;
    assert.deepEqual([far("ceph", "pacific", "reef"), far("ceph", "pacific", "squid"), far("ceph", "v18.2.1", "v18.2.4")], [undefined, 3, undefined]);
    assert.deepEqual([far("debian", "bookworm", "trixie"), far("debian", "bullseye", "trixie"), far("ubuntu", "20.04", "22.04"), far("ubuntu", "focal", "noble")], [undefined, 2, undefined, 2]);
    assert.deepEqual([far("kubernetes", "1.28.1", "1.29.0"), far("kubernetes", "1.27.1", "1.29.0"), far("etcd", "3.4.1", "3.6.0"), far("frr", "8.0", "10.0")], [undefined, 2, 2, undefined]);
  });

  it("sizes a move, below 1 by the second number", () => {
    const size = (from: string, to: string): string => jump(release(from), release(to));
    assert.deepEqual([size("18.2.1", "19.0.0"), size("1.2.3", "1.3.0"), size("1.2.3", "1.2.4"), size("0.8.2", "0.9.0"), size("0.8.2", "0.8.3"), size("1.2", "1.2.1"), size("1.2", "1.2")], ["major", "minor", "patch", "major", "minor", "patch", "none"]);
  });
});

describe("advisories", () => {
  it("are each of a product, with a range, a reason and an address", () => {
    for (const { product, versions, why, link } of ADVISORIES) {
      assert.ok(parseRange(versions) !== undefined, versions);
      assert.match(link ?? "", /^https:\/\//, product);
      assert.doesNotMatch(why, /\.$/);
    }
  });

  it("judge a distribution's kernel by its own number only", () => {
    const judge = (text: string): boolean => advisoryFor(workspace({}), "linux", parseVersionText(text, "package")!) !== undefined;
    assert.deepEqual(["6.1.64", "6.1.66", "6.1.0-14-amd64", "6.1.0-15-amd64", "6.1.0-64-amd64", "4.19.3", "4.19.0", "4.19.8"].map(judge), [true, false, true, false, false, true, false, false]);
  });
});
