-- Runs in a headless Neovim that has read the settings under test; writes what a user would see to $RESULT as JSON.
local result = {}
local failed, problem = pcall(function()
  local function diagnostics()
    return vim.tbl_map(function(one)
      return { code = one.code or vim.tbl_get(one, 'user_data', 'lsp', 'code'), line = one.lnum, column = one.col, severity = one.severity, message = one.message }
    end, vim.diagnostic.get(0))
  end
  local function ask(method, params)
    local answers = vim.lsp.buf_request_sync(0, method, params, 20000) or {}
    for _, answer in pairs(answers) do return answer.result end
  end
  local function at(line, column)
    return { textDocument = vim.lsp.util.make_text_document_params(0), position = { line = line, character = column } }
  end
  local function wait(test)
    if not vim.wait(30000, test, 10) then error('waited in vain at ' .. debug.getinfo(2, 'l').currentline) end
  end

  vim.cmd('edit ' .. vim.fn.fnameescape(vim.env.SYSCTL))
  wait(function() return #vim.diagnostic.get(0) > 0 end)
  result.diagnostics = diagnostics()
  result.hover = ask('textDocument/hover', at(1, 5))
  -- The first quick fix for the first diagnostic's line, as a user would choose it.
  local client = vim.lsp.get_client_by_id(vim.tbl_keys(vim.lsp.buf_get_clients(0))[1])
  local params = vim.lsp.util.make_given_range_params({ 2, 0 }, { 2, 0 }, 0, client.offset_encoding)
  params.context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics(0, 1) }
  local actions = ask('textDocument/codeAction', params)
  result.actions = vim.tbl_map(function(action) return action.title end, actions)
  local before = #vim.diagnostic.get(0)
  vim.lsp.util.apply_workspace_edit(actions[1].edit, client.offset_encoding)
  wait(function() return #vim.diagnostic.get(0) < before end)
  -- What is left is mended when the file is saved.
  vim.cmd('write')
  wait(function() return vim.tbl_isempty(vim.tbl_filter(function(one) return one.code == 'sysctl/pmtud-disabled' end, diagnostics())) end)

  vim.cmd('edit ' .. vim.fn.fnameescape(vim.env.NFT))
  wait(function() return vim.lsp.buf_is_attached(0, client.id) end)
  result.definition = ask('textDocument/definition', at(8, 21))
  result.nfthover = ask('textDocument/hover', at(8, 3))
  vim.api.nvim_buf_set_lines(0, 8, 9, false, { '\t\ttcp dport 22 jump s' })
  result.completion = ask('textDocument/completion', at(8, 20))
  vim.cmd('bwipeout!')

  result.review = ask('workspace/executeCommand', { command = 'premortem.review', arguments = { vim.env.BASE } })
  vim.cmd('edit ' .. vim.fn.fnameescape(vim.env.SYSCTL))
end)
if not failed then result.problem = tostring(problem) end
vim.fn.writefile({ vim.fn.json_encode(result) }, vim.env.RESULT)
vim.cmd('qall!')
