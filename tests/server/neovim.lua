-- Neovim's own client: what it shows, what it changes. Arguments: the server's command, the project, the file.
local command, root, file = vim.env.SERVER_COMMAND, vim.env.PROJECT_ROOT, vim.env.PROJECT_FILE
local function say(text) io.stdout:write(text .. "\n") end
local function told()
  local found = {}
  for _, each in ipairs(vim.diagnostic.get(0)) do table.insert(found, each.code .. ":" .. (each.lnum + 1) .. ":" .. (each.col + 1)) end
  return table.concat(found, " ")
end
local function wait_for(text) vim.wait(300000, function() return told() == text end, 20); say(told()) end

local id = vim.lsp.start_client({ name = "sessionlint", cmd = vim.split(command, "\n"), root_dir = root })
vim.cmd("edit " .. vim.fn.fnameescape(file))
vim.lsp.buf_attach_client(0, id)
wait_for("SES301:6:10")
vim.api.nvim_buf_set_lines(0, 0, 0, false, { "# typed" })
wait_for("SES301:7:10")
local where = { line = 6, character = 10 }
local asked = {
  textDocument = vim.lsp.util.make_text_document_params(), range = { start = where, ["end"] = where }, context = { diagnostics = {} },
}
for _, answer in pairs(vim.lsp.buf_request_sync(0, "textDocument/codeAction", asked, 300000)) do
  for _, action in ipairs(answer.result) do
    local is_fix = action.title:find("with` block", 1, true) ~= nil
    if is_fix then say(action.title) end
    if is_fix then vim.lsp.util.apply_workspace_edit(action.edit, "utf-16") end
  end
end
wait_for("")
say(table.concat(vim.api.nvim_buf_get_lines(0, -3, -1, false), "\n"))
vim.lsp.stop_client(id)
vim.wait(300000, function() return vim.lsp.client_is_stopped(id) end, 20)
vim.cmd("qa!")
