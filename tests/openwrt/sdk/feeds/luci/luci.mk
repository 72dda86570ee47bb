# SPDX-License-Identifier: GPL-2.0-or-later
# Of luci.mk, what an app without programs needs of it: htdocs is the web server's, root the router's.
include $(INCLUDE_DIR)/package.mk

PKG_NAME := $(notdir $(CURDIR))

define Package/$(PKG_NAME)
  SECTION:=luci
  TITLE:=$(LUCI_TITLE)
  DEPENDS:=$(LUCI_DEPENDS)
endef

define Package/$(PKG_NAME)/install
	$(INSTALL_DIR) $(1)/www
	$(CP) htdocs/* $(1)/www/
	$(CP) root/* $(1)/
endef

$(eval $(call BuildPackage,$(PKG_NAME)))
