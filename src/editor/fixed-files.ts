import * as vscode from "vscode";

/** Files that the extension makes itself: none is created, removed or renamed, and unless a provider says otherwise none is written. */
export abstract class FixedFiles implements vscode.FileSystemProvider {
  /** For those that make the files, when one has another text. */
  protected readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();

  readonly onDidChangeFile = this.changed.event;

  abstract readFile(uri: vscode.Uri): Promise<Uint8Array>;
  abstract stat(uri: vscode.Uri): Promise<vscode.FileStat>;
  abstract readDirectory(uri: vscode.Uri): [string, vscode.FileType][] | Promise<[string, vscode.FileType][]>;

  /** Every change is told, watched or not. */
  watch(): vscode.Disposable {
    return new vscode.Disposable(() => {});
  }

  writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void>;
  writeFile(uri: vscode.Uri): Promise<void> {
    return Promise.reject(vscode.FileSystemError.NoPermissions(uri));
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
}
